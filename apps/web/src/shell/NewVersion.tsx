import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Snackbar from "@mui/material/Snackbar";
import { useTranslation } from "react-i18next";
import { takeNewVersion } from "../offline/serviceWorker";

/** Offers the new release; nothing is ever loaded anew under a half-typed form. */
export function NewVersion() {
  const { t } = useTranslation();
  return (
    <Snackbar open anchorOrigin={{ vertical: "bottom", horizontal: "left" }}>
      <Alert
        severity="info"
        action={
          <Button color="inherit" size="small" onClick={takeNewVersion}>
            {t("newVersion.update")}
          </Button>
        }
      >
        {t("newVersion.ready")}
      </Alert>
    </Snackbar>
  );
}
