import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Snackbar from "@mui/material/Snackbar";
import type { Problem } from "../api/problem";
import { useProblemText } from "./problems";
import type { Toast } from "./toasts";

/** A message at the foot of the page. */
export function Message({ toast, close }: { toast: Toast; close: () => void }) {
  const { text, action, severity = "success" } = toast;
  const usual = action ? 8 : typeof text === "string" ? 5 : 10;
  const seconds = toast.seconds === undefined ? usual : toast.seconds;
  return (
    <Snackbar
      open
      autoHideDuration={seconds === null ? null : seconds * 1000}
      onClose={(_, reason) => reason === "timeout" && close()}
      anchorOrigin={{ vertical: "bottom", horizontal: "center" }}
      sx={{ bottom: { xs: 72, md: 24 } }}
    >
      <Alert
        severity={severity}
        variant="filled"
        onClose={close}
        action={
          action && (
            <Button
              color="inherit"
              size="small"
              onClick={() => {
                close();
                action.do();
              }}
            >
              {action.label}
            </Button>
          )
        }
      >
        {typeof text === "string" ? text : <Refusal problem={text} />}
      </Alert>
    </Snackbar>
  );
}

/** Why something was refused; with the id under which the server has noted what it could not help. */
function Refusal({ problem }: { problem: Problem }) {
  const words = useProblemText();
  return `${words(problem)}${problem.requestId && problem.status >= 500 ? ` (${problem.requestId})` : ""}`;
}
