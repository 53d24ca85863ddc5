import Button from "@mui/material/Button";
import MailIcon from "@mui/icons-material/MailOutlined";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { RowMenu } from "../../ui/RowMenu";
import { useSiteNames } from "../../ui/SitesField";
import { StateChip } from "../../ui/StateChip";
import { useToast } from "../../ui/toasts";
import { useList, type Item } from "../../ui/useList";
import { StateFilter } from "../apps/StateFilter";
import { PeopleFrame } from "./PeopleFrame";
import { useRoleName } from "./roles";
import { InviteUser } from "./UserDrawers";

const route = getRouteApi("/shell/users/invitations");
const STATES = ["open", "accepted", "expired", "revoked"] as const;
type Invitation = Item<"/api/v1/invitations">;

/** Who was asked in, and what became of it. */
export function InvitationsPage() {
  const { t } = useTranslation(["people", "common"]);
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const { day, time } = useFormats();
  const roleName = useRoleName();
  const sites = useSiteNames();
  const toast = useToast();
  const mayWrite = useMay("user:write");
  const [isInviting, setInviting] = useState(false);
  const list = useList("/api/v1/invitations", { query: state ? { state } : {} });
  const narrow = (to: typeof state) => void navigate({ search: to ? { state: to } : {}, replace: true });
  const path = (one: Invitation) => ({ invitation_id: one.id });
  const invite = useAct((one: Invitation) => data(api.POST("/api/v1/invitations", { body: { email: one.email, role: one.role, sites: one.sites, read_sites: one.read_sites, name: one.name, locale: one.locale } })), { touches: ["invitations"] });
  const revoke = useAct((one: Invitation) => api.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: path(one) } }), {
    touches: ["invitations"],
    done: (_, one) => toast({ text: t("invite.revoked", { email: one.email }), action: { label: t("invite.again"), do: () => invite.mutate(one) } }),
  });
  const resend = useAct((one: Invitation) => api.POST("/api/v1/invitations/{invitation_id}/resend", { params: { path: path(one) } }), {
    touches: ["invitations"],
    done: (_, one) => toast({ text: t("invite.sent", { email: one.email }) }),
  });
  const open = mayWrite && (
    <Button variant="contained" startIcon={<MailIcon />} onClick={() => setInviting(true)}>
      {t("invite.open")}
    </Button>
  );
  return (
    <PeopleFrame actions={open}>
      <DataTable
        caption={t("tab.invitations")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("invite.empty"), hint: t("invite.emptyHint"), action: open }}
        narrowed={state ? { clear: () => narrow(undefined) } : null}
        toolbar={<StateFilter states={STATES} words={(one) => t(`common:state.${one}`)} value={state} set={narrow} />}
        columns={[
          { id: "email", header: t("email"), cell: (one) => <strong>{one.email}</strong> },
          { id: "name", header: t("common:name"), cell: (one) => one.name ?? "–" },
          { id: "role", header: t("role.one"), cell: (one) => roleName(one.role) },
          { id: "sites", header: t("sites.works"), cell: (one) => sites(one.sites) },
          { id: "state", header: t("common:status"), cell: (one) => <StateChip state={one.state} /> },
          { id: "sent", header: t("invite.sentAt"), cell: (one) => time(one.sent_at) },
          { id: "expires", header: t("invite.expires"), cell: (one) => day(one.expires_at) },
          ...(mayWrite
            ? [
                {
                  id: "act",
                  header: "",
                  align: "right" as const,
                  cell: (one: Invitation) =>
                    (one.state === "open" || one.state === "expired") && (
                      <RowMenu
                        label={`${t("common:more")}: ${one.email}`}
                        acts={[
                          { label: t("invite.resend"), act: () => resend.mutate(one) },
                          one.state === "open" && { label: t("invite.revoke"), act: () => revoke.mutate(one) },
                        ]}
                      />
                    ),
                },
              ]
            : []),
        ]}
      />
      {isInviting && <InviteUser close={() => setInviting(false)} />}
    </PeopleFrame>
  );
}
