import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useFormats } from "../../ui/formats";
import { useProblemText } from "../../ui/problems";
import { useToast } from "../../ui/toasts";
import { addPasskey, knowsPasskeys } from "../session/passkeys";
import { CHANGES_SIGN_IN, MFA } from "./CodesPart";
import { Entries } from "./Entries";
import { Part } from "./Part";

/** Keys in devices, in place of a password. */
export function PasskeysPart() {
  const { t } = useTranslation("profile");
  const formats = useFormats();
  const toast = useToast();
  const problemText = useProblemText();
  const state = useQuery(read(MFA));
  const [name, setName] = useState("");
  const add = useAct(addPasskey, {
    touches: CHANGES_SIGN_IN,
    quiet: true,
    done: () => {
      setName("");
      toast({ text: t("passkeys.added") });
    },
  });
  const remove = useAct((id: string) => api.DELETE("/api/v1/auth/passkeys/{passkey_id}", { params: { path: { passkey_id: id } } }), { touches: CHANGES_SIGN_IN });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(name.trim());
  };
  const passkeys = state.data?.passkeys ?? [];
  return (
    <Part title={t("passkeys.title")} hint={t("passkeys.hint")}>
      {passkeys.length > 0 && (
        <Entries
          label={t("passkeys.title")}
          entries={passkeys.map((key) => ({
            id: key.id,
            title: key.name,
            detail: key.last_used_at ? t("passkeys.used", { when: formats.ago(key.last_used_at) }) : t("passkeys.unused", { day: formats.day(key.created_at) }),
            action: (
              <Button size="small" color="error" aria-label={t("passkeys.removeOne", { name: key.name })} loading={remove.isPending && remove.variables === key.id} onClick={() => remove.mutate(key.id)}>
                {t("remove")}
              </Button>
            ),
          }))}
        />
      )}
      {add.error && <Alert severity="error">{problemText(add.error)}</Alert>}
      {knowsPasskeys() ? (
        <Stack component="form" onSubmit={submit} direction="row" useFlexGap spacing={2} sx={{ width: "100%", flexWrap: "wrap", alignItems: "center" }}>
          <TextField label={t("passkeys.name")} value={name} onChange={(event) => setName(event.target.value)} placeholder={t("passkeys.example")} sx={{ flex: "1 1 200px", maxWidth: 320 }} slotProps={{ htmlInput: { maxLength: 60 } }} />
          <Button type="submit" variant="outlined" loading={add.isPending} disabled={!name.trim()}>
            {t("passkeys.add")}
          </Button>
        </Stack>
      ) : (
        <Alert severity="info">{t("passkeys.cannot")}</Alert>
      )}
    </Part>
  );
}
