import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useFormats } from "../../ui/formats";
import { Failure } from "../../ui/Listing";
import { useToast } from "../../ui/toasts";
import { Part } from "./Part";
import { RecoveryDialog } from "./RecoveryDialog";
import { TotpDialog } from "./TotpDialog";

export const MFA = "/api/v1/auth/mfa";
/** Whatever changes how one signs in ends one's other sessions. */
export const CHANGES_SIGN_IN = ["auth/mfa", "auth/sessions"] as const;

/** Codes of an app beside the password. */
export function CodesPart() {
  const { t } = useTranslation("profile");
  const formats = useFormats();
  const toast = useToast();
  const state = useQuery(read(MFA));
  const [offer, setOffer] = useState<Schemas["TotpOffer"] | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useAct(() => data(api.POST("/api/v1/auth/mfa/totp")), { touches: [], done: setOffer });
  const renew = useAct(() => data(api.POST("/api/v1/auth/mfa/recovery-codes")), { touches: CHANGES_SIGN_IN, done: ({ recovery_codes }) => setCodes(recovery_codes) });
  const end = useAct(() => api.DELETE("/api/v1/auth/mfa/totp"), { touches: CHANGES_SIGN_IN, done: () => toast({ text: t("codes.ended") }) });
  const { totp, totp_since, recovery_codes_left = 0 } = state.data ?? {};
  return (
    <Part title={t("codes.title")} hint={t("codes.hint")}>
      {state.error && <Failure state={{ error: state.error, retry: () => void state.refetch() }} />}
      <Stack direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap", minHeight: 24 }}>
        {state.data && <Chip size="small" color={totp ? "success" : "default"} variant="outlined" label={t(totp ? "codes.on" : "codes.off")} />}
        {totp && (
          <Typography variant="body2" color="textSecondary">
            {t("codes.since", { day: formats.day(totp_since) })} · {t("codes.left", { count: recovery_codes_left })}
          </Typography>
        )}
      </Stack>
      {totp ? (
        <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
          <Button variant="outlined" loading={renew.isPending} onClick={() => renew.mutate(undefined)}>
            {t("codes.renew")}
          </Button>
          <Button color="error" loading={end.isPending} onClick={() => end.mutate(undefined)}>
            {t("codes.end")}
          </Button>
        </Stack>
      ) : (
        <Button variant="outlined" loading={begin.isPending} disabled={!state.data} onClick={() => begin.mutate(undefined)}>
          {t("codes.begin")}
        </Button>
      )}
      {offer && (
        <TotpDialog
          offer={offer}
          close={() => setOffer(null)}
          done={(recovery) => {
            setOffer(null);
            setCodes(recovery);
          }}
        />
      )}
      {codes && <RecoveryDialog codes={codes} close={() => setCodes(null)} />}
    </Part>
  );
}
