"""What the database refuses, said in the words of the domain."""

import msgspec
from psycopg import errors

from core.domain.errors import Busy, Conflict, DomainError, Fault, Invalid

IN_THE_WAY = "try_again"
"""The code of `Busy` for who met with others in the database. What they began there is undone."""
UNREACHABLE = "database_unavailable"
"""The code of `Busy` for who lost the database. What they began there may be done."""

_CONFLICTS: dict[str, tuple[str, str]] = {
    "app_user_login_key": ("login_taken", "this login is taken"),
    "app_user_proven_email_key": ("email_taken", "another account has this address"),
    "company_code_key": ("company_code_taken", "another company has this code"),
    "identity_link_key": ("identity_taken", "somebody else is known by this identity"),
    "identity_provider_code_key": ("identity_provider_code_taken", "another provider has this code"),
    "identity_provider_role_fkey": ("role_in_use", "a provider of single sign-on gives this role"),
    "passkey_credential_key": ("passkey_known", "you have this passkey already"),
    "role_code_key": ("role_code_taken", "another role has this code"),
    "membership_custom_role_fkey": ("role_in_use", "somebody has this role"),
    "site_code_key": ("site_code_taken", "another site has this code"),
    "location_code_key": ("location_code_taken", "another location of this site has this code"),
    "location_address_key": ("location_code_taken", "another location of this site has this code"),
    "category_name_key": ("category_name_taken", "there is already a category of this name here"),
    "category_parent_fkey": (
        "category_in_use",
        "the category has subcategories, or its parent does not exist",
    ),
    "category_depth_key": ("category_in_use", "the category has subcategories"),
    "product_category_fkey": ("category_in_use", "the category does not exist or still has products"),
    "product_sku_key": ("sku_taken", "another product has this SKU"),
    "kit_component_kit_fkey": ("not_a_kit", "only a kit has components"),
    "kit_component_component_fkey": (
        "component_not_a_unit",
        "a component must be an existing product that is no kit",
    ),
    "barcode_pkey": ("barcode_taken", "another product has this barcode"),
    "posting_source_key": ("already_recorded", "a posting with this source reference exists"),
    "posting_reversal_key": ("already_reversed", "this posting has been reversed"),
    "posting_pkey": ("already_recorded", "a posting with this id exists"),
    "stock_balance_not_negative": ("insufficient_stock", "stock would fall below zero"),
    "stock_balance_serial_is_one": ("serial_elsewhere", "a serial number is exactly one unit"),
    "stock_balance_serial_in_one_place": ("serial_elsewhere", "this serial number is already in stock"),
    "site_stock_promise_kept": ("insufficient_stock", "the stock is promised to others"),
    "stock_count_fixed": ("count_state", "a count that is over stays as it is"),
    "order_request_fixed": ("request_state", "what was asked for is fixed once it is decided"),
    "purchase_order_fixed": ("purchase_order_state", "what was ordered is fixed once it is handed in"),
    "purchase_order_line_item_fkey": (
        "supplier_item_in_use",
        "it was ordered on these terms: give them a last day instead",
    ),
    "purchase_order_supplier_fkey": ("supplier_in_use", "something was ordered of it: deactivate it instead"),
    "supplier_code_key": ("supplier_code_taken", "another supplier has this code"),
    "supplier_item_once_at_a_time": (
        "overlapping_validity",
        "the supplier sells this product on other terms in that time",
    ),
    "supplier_item_supplier_fkey": ("supplier_in_use", "it sells something: deactivate it instead"),
    "reorder_policy_target_above_minimum": (
        "target_below_minimum",
        "the target must not be below the minimum",
    ),
}


def translated(error: errors.Error) -> Exception:
    """The domain error that a database error means, or the error itself where it is a fault of ours."""
    diagnosis = error.diag
    if error.sqlstate == "PW001":
        return _refusal(diagnosis.message_primary or "", diagnosis.message_detail or "[]")
    if isinstance(
        error,
        errors.UniqueViolation | errors.ExclusionViolation | errors.CheckViolation | errors.ForeignKeyViolation,
    ):
        return _violation(error)
    if isinstance(
        error,
        errors.LockNotAvailable | errors.QueryCanceled | errors.DeadlockDetected | errors.SerializationFailure,
    ):
        return Busy(IN_THE_WAY, "the data is being changed by others", details={"retry_after": 1})
    if isinstance(error, errors.NumericValueOutOfRange):
        return Invalid("out_of_range", "a number is too large")
    if isinstance(error, errors.DiskFull):
        return Busy(UNREACHABLE, "the database has no space left", details={"retry_after": 10})
    if isinstance(error, errors.OperationalError):
        return Busy(UNREACHABLE, "the database cannot be reached", details={"retry_after": 2})
    return error


def _violation(error: errors.Error) -> Exception:
    name = error.diag.constraint_name or ""
    if name in _CONFLICTS:
        code, detail = _CONFLICTS[name]
        return Conflict(code, detail)
    if isinstance(error, errors.ForeignKeyViolation):
        return Conflict(
            "in_use",
            "something else refers to this, or what it refers to does not exist",
            details={"constraint": name},
        )
    return Conflict("not_allowed", "the present state does not allow this", details={"constraint": name})


def _refusal(code: str, detail: str) -> DomainError:
    """A refusal of the ledger: each fault names the posting, the line and the field that it concerns."""
    faults = ledger_faults(detail)
    summary = "; ".join(fault.detail for fault in faults[:3]) or "not enough stock"
    if code == "insufficient_stock":
        available = faults[0].extra.get("available") if faults else None
        return Conflict(code, summary, faults, {"available": available} if available is not None else None)
    return Invalid(code, summary, faults)


def ledger_faults(detail: str) -> list[Fault]:
    """What the ledger's functions find wrong, by their JSON."""
    return [_fault(entry) for entry in msgspec.json.decode(detail)]


def _fault(entry: dict[str, object]) -> Fault:
    extra = {key: value for key, value in entry.items() if key not in ("posting", "line", "field", "code", "detail")}
    line = "" if entry.get("line") is None else f"/lines/{int(str(entry['line'])) - 1}"
    pointer = f"/postings/{entry['posting']}{line}/{entry['field']}"
    return Fault(pointer, str(entry["code"]), str(entry["detail"]), extra)
