import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useAct } from "../../api/query";
import { LinkButton } from "../../ui/links";
import { useProblemText } from "../../ui/problems";
import { Card } from "./Card";
import { useToken } from "./useToken";

/** Where the letter to a new address leads: whoever reads it shows that the address is theirs. */
export function ConfirmEmailPage() {
  const { t } = useTranslation("session");
  const problemText = useProblemText();
  const [token] = useToken();
  const act = useAct(() => api.POST("/api/v1/auth/email/confirm", { body: { token: token ?? "" } }), { touches: ["me"], quiet: true });
  return (
    <Card title={t("email.title")}>
      {token === null && <Alert severity="warning">{t("incomplete")}</Alert>}
      {act.error && <Alert severity="error">{problemText(act.error)}</Alert>}
      {act.isSuccess && <Alert severity="success">{t("email.done")}</Alert>}
      {act.isSuccess || token === null ? (
        <LinkButton to="/" variant="contained" size="large">
          {t("goOn")}
        </LinkButton>
      ) : (
        <>
          <Typography color="textSecondary">{t("email.why")}</Typography>
          <Button variant="contained" size="large" loading={act.isPending} onClick={() => act.mutate(undefined)}>
            {t("email.confirm")}
          </Button>
        </>
      )}
    </Card>
  );
}
