import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import MailIcon from "@mui/icons-material/MailOutlined";
import PersonAddIcon from "@mui/icons-material/PersonAddAltOutlined";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ifUnchanged, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { Link } from "../../ui/links";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { RowMenu } from "../../ui/RowMenu";
import { SearchField } from "../../ui/SearchField";
import { useSiteNames } from "../../ui/SitesField";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { PeopleFrame } from "./PeopleFrame";
import { useRoleName, useRoles } from "./roles";
import { CreateUser, EditUser, InviteUser } from "./UserDrawers";

const route = getRouteApi("/shell/users");
type User = Schemas["UserView"];

/** Who works in the company, as what, and where. */
export function UsersPage() {
  const { t } = useTranslation(["people", "common"]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { can, profile } = useSession();
  const mayWrite = can("user:write");
  const roleName = useRoleName();
  const roles = useRoles().data?.items ?? [];
  const sites = useSiteNames();
  const [adding, setAdding] = useState<"invite" | "create" | null>(null);
  const [removing, setRemoving] = useState<User | null>(null);
  const { q, role, state } = search;
  const list = useList("/api/v1/users", { query: { ...(q ? { q } : {}), ...(role ? { role } : {}), ...(state ? { active: state === "active" } : {}), include: ["total"] } });
  const narrow = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const acts = useUserActs();
  const actions = mayWrite && (
    <>
      <Button variant="contained" startIcon={<MailIcon />} onClick={() => setAdding("invite")}>
        {t("invite.open")}
      </Button>
      <Button variant="outlined" startIcon={<PersonAddIcon />} onClick={() => setAdding("create")}>
        {t("create.open")}
      </Button>
    </>
  );
  return (
    <PeopleFrame actions={actions}>
      <DataTable
        table="users"
        caption={t("tab.users")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("empty") }}
        narrowed={q || role || state ? { clear: () => narrow({ q: undefined, role: undefined, state: undefined }) } : null}
        toolbar={
          <>
            <SearchField label={t("search")} value={q ?? ""} set={(value) => narrow({ q: value || undefined })} />
            <TextField select label={t("role.one")} value={role ?? ""} onChange={(event) => narrow({ role: event.target.value || undefined })} sx={{ width: { xs: "100%", sm: 200 } }} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{t("common:all")}</MenuItem>
              {roles.map((one) => (
                <MenuItem key={one.code} value={one.code}>
                  {roleName(one.code)}
                </MenuItem>
              ))}
            </TextField>
            <TextField select label={t("common:status")} value={state ?? ""} onChange={(event) => narrow({ state: (event.target.value || undefined) as typeof state })} sx={{ width: { xs: "100%", sm: 160 } }} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{t("common:all")}</MenuItem>
              <MenuItem value="active">{t("active")}</MenuItem>
              <MenuItem value="inactive">{t("inactive")}</MenuItem>
            </TextField>
          </>
        }
        columns={[
          {
            id: "name",
            header: t("common:name"),
            cell: (user) => (
              <Link to="/users" search={{ ...search, user: user.id }} replace sx={{ fontWeight: 600, color: "text.primary" }}>
                {user.name}
              </Link>
            ),
          },
          { id: "login", header: t("login"), cell: (user) => user.login },
          { id: "role", header: t("role.one"), cell: (user) => roleName(user.role) },
          { id: "sites", header: t("sites.works"), cell: (user) => sites(user.sites) },
          { id: "reads", header: t("sites.reads"), hidden: true, card: "none", cell: (user) => sites(user.read_sites) },
          { id: "state", header: t("common:status"), cell: (user) => <Chip size="small" variant="outlined" color={user.active ? "success" : "default"} label={t(user.active ? "active" : "inactive")} /> },
          ...(mayWrite
            ? [
                {
                  id: "act",
                  header: "",
                  align: "right" as const,
                  cell: (user: User) => (
                    <RowMenu
                      label={`${t("common:more")}: ${user.name}`}
                      acts={[
                        { label: t("common:edit"), act: () => narrow({ user: user.id }) },
                        { label: t("reset.send"), act: () => acts.reset.mutate(user) },
                        { label: t(user.active ? "deactivate" : "activate"), act: () => acts.setActive.mutate({ user, active: !user.active }) },
                        user.id !== profile.id && { label: t("remove.open"), act: () => setRemoving(user), danger: true },
                      ]}
                    />
                  ),
                },
              ]
            : []),
        ]}
      />
      {adding === "invite" && <InviteUser close={() => setAdding(null)} />}
      {adding === "create" && <CreateUser close={() => setAdding(null)} />}
      {search.user && <EditUser key={search.user} id={search.user} close={() => narrow({ user: undefined })} />}
      <ReasonDialog
        open={removing !== null}
        title={t("remove.title", { name: removing?.name })}
        text={t("remove.text")}
        action={t("remove.open")}
        close={() => setRemoving(null)}
        act={() => acts.remove.mutate(removing!, { onSuccess: () => setRemoving(null) })}
        busy={acts.remove.isPending}
        problem={acts.remove.error}
      />
    </PeopleFrame>
  );
}

/** What is done about a member from the list. */
function useUserActs() {
  const { t } = useTranslation(["people", "common"]);
  const toast = useToast();
  const change = ({ user, active }: { user: User; active: boolean }) => api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: user.id } }, body: { active } });
  const back = useAct(change, { touches: ["users"] });
  return {
    setActive: useAct(change, {
      touches: ["users"],
      done: (_, { user, active }) => toast({ text: t(active ? "activated" : "deactivated", { name: user.name }), action: { label: t("common:undo"), do: () => back.mutate({ user, active: !active }) } }),
    }),
    reset: useAct((user: User) => api.POST("/api/v1/users/{user_id}/reset-password", { params: { path: { user_id: user.id } } }), {
      touches: [],
      done: (_, user) => toast({ text: t("reset.sent", { name: user.name }) }),
    }),
    remove: useAct((user: User) => api.DELETE("/api/v1/users/{user_id}", { params: { path: { user_id: user.id }, header: ifUnchanged(user.version) } }), {
      touches: ["users"],
      quiet: true,
      done: (_, user) => toast({ text: t("remove.done", { name: user.name }) }),
    }),
  };
}
