import AddIcon from "@mui/icons-material/AddOutlined";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { RowMenu } from "../../ui/RowMenu";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { PeopleFrame } from "./PeopleFrame";
import { PermissionMatrix } from "./PermissionMatrix";
import { useRoleName, useRoles, type Role } from "./roles";

const route = getRouteApi("/shell/users/roles");
const NEW = "+";

/** What each role may do: presets that are the same everywhere, and the company's own. */
export function RolesPage() {
  const { t } = useTranslation(["people", "common"]);
  const { role: open } = route.useSearch();
  const navigate = route.useNavigate();
  const { can, profile } = useSession();
  const { quantity } = useFormats();
  const name = useRoleName();
  const answer = useRoles();
  const mayWrite = can("role:write") && profile.sites === null;
  const show = (role: string | undefined) => void navigate({ search: role ? { role } : {}, replace: true });
  const remove = useRemove();
  const roles = answer.data?.items ?? [];
  const shown = roles.find(({ code }) => code === open);
  const users = (role: Role) => (
    <Link to="/users" search={{ role: role.code }}>
      {t("role.who")}
    </Link>
  );
  return (
    <PeopleFrame
      actions={
        mayWrite && (
          <Button variant="contained" startIcon={<AddIcon />} onClick={() => show(NEW)}>
            {t("role.new")}
          </Button>
        )
      }
    >
      <DataTable
        caption={t("tab.roles")}
        rows={roles}
        rowId={({ code }) => code}
        list={{ isPending: answer.isPending, error: answer.error, retry: () => void answer.refetch() }}
        empty={{ title: t("role.empty") }}
        columns={[
          {
            id: "name",
            header: t("common:name"),
            cell: (role) => (
              <Link to="/users/roles" search={{ role: role.code }} replace sx={{ fontWeight: 600, color: "text.primary" }}>
                {name(role.code)}
              </Link>
            ),
          },
          { id: "code", header: t("common:code"), cell: (role) => role.code },
          { id: "kind", header: t("role.kind"), cell: (role) => <Chip size="small" variant="outlined" label={t(role.is_preset ? "role.preset" : "role.own")} /> },
          { id: "permissions", header: t("role.permissions"), align: "right", cell: (role) => quantity(role.permissions.length) },
          { id: "who", header: t("tab.users"), cell: users },
          ...(mayWrite
            ? [
                {
                  id: "act",
                  header: "",
                  align: "right" as const,
                  cell: (role: Role) =>
                    !role.is_preset && (
                      <RowMenu
                        label={`${t("common:more")}: ${role.name}`}
                        acts={[
                          { label: t("common:edit"), act: () => show(role.code) },
                          { label: t("common:delete"), act: () => remove.mutate(role), danger: true },
                        ]}
                      />
                    ),
                },
              ]
            : []),
        ]}
      />
      {open === NEW && mayWrite && <RoleDrawer of={null} close={() => show(undefined)} />}
      {shown && <RoleDrawer key={shown.code} of={shown} readOnly={shown.is_preset || !mayWrite} close={() => show(undefined)} />}
    </PeopleFrame>
  );
}

const create = (role: Pick<Role, "code" | "name" | "permissions">) => data(api.POST("/api/v1/roles", { body: { code: role.code, name: role.name, permissions: role.permissions } }));

function useRemove() {
  const { t } = useTranslation(["people", "common"]);
  const toast = useToast();
  const again = useAct(create, { touches: ["roles"] });
  return useAct((role: Role) => api.DELETE("/api/v1/roles/{role}", { params: { path: { role: role.code }, header: ifUnchanged(role.version) } }), {
    touches: ["roles"],
    done: (_, role) => toast({ text: t("role.deleted", { name: role.name }), action: { label: t("common:undo"), do: () => again.mutate(role) } }),
  });
}

type Values = { code: string; name: string; permissions: string[] };

function RoleDrawer({ of: role, readOnly = false, close }: { of: Role | null; readOnly?: boolean; close: () => void }) {
  const { t } = useTranslation(["people", "common"]);
  const name = useRoleName();
  const all = useQuery({ ...read("/api/v1/permissions"), staleTime: Infinity }).data?.items ?? [];
  const form = useForm<Values, unknown>({
    initial: { code: role?.code ?? "", name: role?.name ?? "", permissions: [...(role?.permissions ?? [])] },
    touches: ["roles"],
    done: close,
    send: ({ code, name, permissions }) =>
      role
        ? data(api.PATCH("/api/v1/roles/{role}", { params: { path: { role: role.code }, header: ifUnchanged(role.version) }, body: { name: name.trim(), permissions } }))
        : create({ code: code.trim(), name: name.trim(), permissions }),
  });
  const { values, set, field, fault } = form;
  const offered = readOnly ? values.permissions : all;
  return (
    <FormDrawer open title={role ? name(role.code) : t("role.new")} close={close} form={form} action={t("common:save")} disabled={readOnly || !values.name.trim() || !values.code.trim() || values.permissions.length === 0} width={640}>
      {readOnly ? (
        <Typography variant="body2" color="textSecondary">
          {t("role.presetHint")}
        </Typography>
      ) : (
        <>
          <TextField {...field("name")} required autoFocus label={t("common:name")} />
          <TextField {...field("code")} required disabled={role !== null} label={t("common:code")} helperText={fault("code") ?? t("role.codeHint")} onChange={(event) => set("code", event.target.value.toLowerCase())} />
        </>
      )}
      <PermissionMatrix label={t("role.permissions")} offered={offered} chosen={values.permissions} {...(!readOnly && { set: (permissions: string[]) => set("permissions", permissions) })} fault={fault("permissions")} />
    </FormDrawer>
  );
}
