import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Failure } from "../../ui/Listing";
import { useForm } from "../../ui/useForm";
import { Entries } from "./Entries";
import { Part } from "./Part";

const PATH = "/api/v1/auth/oidc/links";

/** Identities of companies' servers by which I may sign in. */
export function LinksPart() {
  const { t } = useTranslation("profile");
  const { profile } = useSession();
  const formats = useFormats();
  const links = useQuery(read(PATH));
  const remove = useAct((id: string) => api.DELETE("/api/v1/auth/oidc/links/{link_id}", { params: { path: { link_id: id } } }), { touches: ["auth/oidc", "auth/sessions"] });
  const form = useForm({
    initial: { provider: "" },
    send: ({ provider }) => data(api.POST("/api/v1/auth/oidc/{provider}/link", { params: { path: { provider: provider.trim() } }, body: { return_to: "/profile/security" } })),
    touches: [],
    done: ({ authorization_url }) => location.assign(authorization_url),
  });
  const items = links.data?.items ?? [];
  return (
    <Part title={t("links.title")} hint={t("links.hint")}>
      {links.error && <Failure state={{ error: links.error, retry: () => void links.refetch() }} />}
      {items.length > 0 && (
        <Entries
          label={t("links.title")}
          entries={items.map((link) => ({
            id: link.id,
            title: link.issuer,
            detail: `${link.subject} · ${t("links.since", { day: formats.day(link.created_at) })}`,
            action: (
              <Button size="small" color="error" aria-label={t("links.removeOne", { issuer: link.issuer })} loading={remove.isPending && remove.variables === link.id} onClick={() => remove.mutate(link.id)}>
                {t("remove")}
              </Button>
            ),
          }))}
        />
      )}
      {profile.company && (
        <Stack component="form" ref={form.form} onSubmit={form.submit} noValidate spacing={3} sx={{ width: "100%" }}>
          {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
          <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", alignItems: "center" }}>
            <TextField {...form.field("provider")} label={t("links.provider")} sx={{ flex: "1 1 200px", maxWidth: 320 }} slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false } }} />
            <Button type="submit" variant="outlined" loading={form.busy} disabled={!form.values.provider.trim()}>
              {t("links.add")}
            </Button>
          </Stack>
        </Stack>
      )}
    </Part>
  );
}
