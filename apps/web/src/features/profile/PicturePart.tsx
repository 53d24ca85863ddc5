import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useRef, type ChangeEvent } from "react";
import { useTranslation } from "react-i18next";
import { api, send } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { Portrait } from "../../shell/Portrait";
import { useProblemText } from "../../ui/problems";
import { Part } from "./Part";

export function PicturePart() {
  const { t } = useTranslation("profile");
  const { profile } = useSession();
  const problemText = useProblemText();
  const input = useRef<HTMLInputElement>(null);
  const put = useAct(
    async (file: File) => {
      const form = new FormData();
      form.set("file", file);
      await send("PUT", "me/picture", form);
    },
    { touches: ["me"], quiet: true },
  );
  const remove = useAct(() => api.DELETE("/api/v1/me/picture"), { touches: ["me"] });
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = ""; // the same file may be chosen again
    if (file) {
      put.mutate(file);
    }
  };
  return (
    <Part title={t("picture.title")} hint={t("picture.hint")}>
      {put.error && <Alert severity="error">{problemText(put.error)}</Alert>}
      <Stack direction="row" useFlexGap spacing={4} sx={{ alignItems: "center", flexWrap: "wrap" }}>
        <Portrait profile={profile} size={72} />
        <input ref={input} type="file" accept="image/jpeg,image/png,image/webp,image/gif,image/avif" hidden onChange={choose} aria-label={t("picture.choose")} />
        <Button variant="outlined" loading={put.isPending} onClick={() => input.current?.click()}>
          {t("picture.choose")}
        </Button>
        {profile.picture && (
          <Button loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
            {t("picture.remove")}
          </Button>
        )}
      </Stack>
    </Part>
  );
}
