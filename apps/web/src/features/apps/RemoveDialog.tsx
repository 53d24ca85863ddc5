import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import FormControlLabel from "@mui/material/FormControlLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../../api/client";
import { useAct } from "../../api/query";
import { useProblemText } from "../../ui/problems";
import { useToast } from "../../ui/toasts";
import { TOUCHED, usePluginWords, type Plugin } from "./plugin";

const FATES = ["keep", "export", "drop"] as const;

async function save(answer: Response, name: string): Promise<void> {
  const address = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}

/** All that the plugin knows, as a file. */
export function useDownload(plugin: Plugin) {
  return useAct(async (_: null) => save(await send("GET", `plugins/${plugin.id}/data`), `${plugin.id}.json`), { touches: [] });
}

/** Takes an app away: its settings go, and what it knew stays, goes as a file, or goes for good. */
export function RemoveDialog({ plugin, close }: { plugin: Plugin; close: () => void }) {
  const { t } = useTranslation(["apps", "common"]);
  const { title } = usePluginWords()(plugin);
  const [fate, setFate] = useState<(typeof FATES)[number]>("keep");
  const heading = useId();
  const toast = useToast();
  const text = useProblemText();
  const remove = useAct(
    async (chosen: (typeof FATES)[number]) => {
      const answer = await send("DELETE", `plugins/${plugin.id}?data=${chosen}`);
      if (chosen === "export") {
        await save(answer, `${plugin.id}.json`);
      }
    },
    {
      touches: TOUCHED,
      quiet: true,
      done: () => {
        close();
        toast({ text: t("remove.done", { title }) });
      },
    },
  );
  const by = remove.error?.code === "plugin_required" ? (remove.error.body.by as string[] | undefined) : undefined;
  return (
    <Dialog open onClose={close} fullWidth maxWidth="xs" aria-labelledby={heading}>
      <DialogTitle id={heading}>{t("remove.title", { title })}</DialogTitle>
      <DialogContent>
        {remove.error && (
          <Alert severity="error" sx={{ mb: 3 }}>
            {by ? t("requiredBy", { by: by.join(", ") }) : text(remove.error)}
          </Alert>
        )}
        <DialogContentText sx={{ mb: 3 }}>{t("remove.text")}</DialogContentText>
        <RadioGroup value={fate} onChange={(_, value) => setFate(value as typeof fate)} aria-label={t("remove.fate")}>
          {FATES.map((one) => (
            <FormControlLabel key={one} value={one} control={<Radio />} label={t(`remove.${one}`)} />
          ))}
        </RadioGroup>
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{t("common:cancel")}</Button>
        <Button variant="contained" color="error" loading={remove.isPending} onClick={() => remove.mutate(fate)}>
          {t("remove.open")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
