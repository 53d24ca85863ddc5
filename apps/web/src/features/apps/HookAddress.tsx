import Button from "@mui/material/Button";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { CopyField } from "../../ui/CopyField";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { useToast } from "../../ui/toasts";
import { TOUCHED, type Plugin } from "./plugin";

/** The secret address at which the other side reaches the app. */
export function HookAddress({ plugin, address }: { plugin: Plugin; address: string }) {
  const { t } = useTranslation("apps");
  const [isAsking, setAsking] = useState(false);
  const mayWrite = useMay("plugin:write");
  const toast = useToast();
  const rotate = useAct(() => api.POST("/api/v1/plugins/{plugin_id}/hook/rotate", { params: { path: { plugin_id: plugin.id } } }), {
    touches: TOUCHED,
    quiet: true,
    done: () => {
      setAsking(false);
      toast({ text: t("hook.rotated") });
    },
  });
  return (
    <Box component="section">
      <Typography variant="h2" sx={{ mb: 2 }}>
        {t("hook.title")}
      </Typography>
      <CopyField label={t("hook.address")} value={address} helperText={t("hook.hint")} />
      {mayWrite && (
        <Button sx={{ mt: 2 }} onClick={() => setAsking(true)}>
          {t("hook.rotate")}
        </Button>
      )}
      <ReasonDialog open={isAsking} title={t("hook.rotate")} text={t("hook.warning")} action={t("hook.rotate")} close={() => setAsking(false)} act={() => rotate.mutate(undefined)} busy={rotate.isPending} problem={rotate.error} />
    </Box>
  );
}
