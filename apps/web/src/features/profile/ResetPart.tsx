import Button from "@mui/material/Button";
import { useTranslation } from "react-i18next";
import { PLAIN, usePreferences } from "../../shell/preferences";
import { useToast } from "../../ui/toasts";
import { Part } from "./Part";

/** Everything as it is for everybody at first; whether use is counted stays as it was. */
export function ResetPart() {
  const { t } = useTranslation("profile");
  const { t: common } = useTranslation();
  const { preferences, change } = usePreferences();
  const toast = useToast();
  const reset = () => {
    const before = preferences;
    change({ ...PLAIN, usage: before.usage });
    toast({ text: t("reset.done"), action: { label: common("undo"), do: () => change(before) } });
  };
  return (
    <Part title={t("reset.title")} hint={t("reset.hint")}>
      <Button variant="outlined" onClick={reset}>
        {t("reset.do")}
      </Button>
    </Part>
  );
}
