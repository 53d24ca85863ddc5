"""What can be said of a plugin's code and of its tests by reading them."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from urllib.parse import urlsplit

from core.testing.conformance.project import PluginProject

OURS = ("core", "adapters", "apps")
SURFACE = ("core.ports", "core.plugin", "core.domain")
WAYS_OUT = (
    *("httpx", "httpx2", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "ssl"),
    *("smtplib", "ftplib", "imaplib", "telnetlib", "websockets", "subprocess", "multiprocessing"),
)
CONTRACTS: Mapping[str, str] = {
    "storefront": "StorefrontContract",
    "message_sender": "MessageSenderContract",
    "mail_sender": "MailSenderContract",
    "supplier_ordering": "SupplierOrderingContract",
    "notification_channel": "NotificationChannelContract",
    "subscriber": "ReactionContract",
}

_URL = re.compile(r"https?://[^\s/?#{}\"']+")


def import_faults(project: PluginProject, others: Sequence[str]) -> Iterator[str]:
    """What it imports and must not: of ours all but the surface, other plugins that it does not require, and ways out but `context.http`."""
    for path, tree in project.sources.items():
        for line, name in _imports(tree):
            where = f"{path.relative_to(project.folder)}, line {line}"
            if _is_below(name, OURS) and not _is_below(name, SURFACE):
                yield f"{where}: it imports {name}; of Pirwa, plugins import {', '.join(SURFACE)}"
            elif _is_below(name, WAYS_OUT):
                yield f"{where}: it imports {name}; a plugin speaks to the world by `context.http`"
            elif _is_below(name, others):
                yield f"{where}: it imports {name}, a plugin that its manifest does not require"


def host_faults(project: PluginProject, links: Sequence[str]) -> Iterator[str]:
    """Hosts that stand in its code and neither in its manifest nor among those that it links to and never calls."""
    hosts = [*project.manifest.get("hosts", ()), *links]
    for path, tree in project.sources.items():
        for line, text in _texts(tree):
            for url in _URL.findall(text):
                host = urlsplit(url).hostname or ""
                if not any(fnmatch(host, pattern) for pattern in hosts):
                    yield f"{path.relative_to(project.folder)}, line {line}: its manifest does not name the host {host}"


def suite_faults(project: PluginProject, *, has_webhooks: bool) -> Iterator[str]:
    """Contracts that no class of its tests keeps."""
    bases = {base for tree in project.suites.values() for base in _bases(tree)}
    wanted = ["PluginContract", CONTRACTS.get(project.manifest.get("kind", ""), "PluginContract")]
    for contract in dict.fromkeys([*wanted, *(["WebhookReceiverContract"] if has_webhooks else [])]):
        if contract not in bases:
            yield f"no class of its tests subclasses {contract}"


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module in OURS or node.module in ("urllib", "http"):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module


def _is_below(name: str, roots: Sequence[str]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts that its code holds, without those that document it."""
    parents = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, parents)]
    documents = {id(line.value) for body in bodies for line in body if isinstance(line, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


def _bases(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from (base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases)
