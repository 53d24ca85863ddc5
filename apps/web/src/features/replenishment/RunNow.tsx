import AutorenewIcon from "@mui/icons-material/AutorenewOutlined";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import LinearProgress from "@mui/material/LinearProgress";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { TOUCHED } from "./proposal";

/** Has all policies looked at now, and tells what came of it. */
export function RunNow({ sites }: { sites?: string[] }) {
  const { t } = useTranslation("replenishment");
  const { t: common } = useTranslation();
  const may = useMay("purchase:write");
  const heading = useId();
  const [isOpen, setOpen] = useState(false);
  const run = useAct(() => data(api.POST("/api/v1/replenishment/run", { body: sites ? { sites } : {} })), { touches: TOUCHED });
  if (!may) {
    return null;
  }
  return (
    <>
      <Button
        variant="outlined"
        startIcon={<AutorenewIcon />}
        onClick={() => {
          setOpen(true);
          run.mutate(undefined, { onError: () => setOpen(false) });
        }}
      >
        {t("run.now")}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} fullWidth maxWidth="xs" aria-labelledby={heading}>
        <DialogTitle id={heading}>{t(run.isPending ? "run.busy" : "run.done")}</DialogTitle>
        <DialogContent sx={{ minHeight: 160 }}>{run.data && !run.isPending ? <Summary done={run.data} /> : <LinearProgress aria-label={t("run.busy")} />}</DialogContent>
        <DialogActions>
          <Button variant="contained" disabled={run.isPending} onClick={() => setOpen(false)}>
            {common("close")}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

function Summary({ done }: { done: Schemas["RunDone"] }) {
  const { t } = useTranslation("replenishment");
  const { quantity } = useFormats();
  const made = [
    ...done.purchase_orders.map((one) => ({ ...one, to: `/purchases/${one.id}`, text: t("run.order", { number: one.number }) })),
    ...done.transfers.map((one) => ({ ...one, to: `/transfers/${one.id}`, text: t("run.transfer", { number: one.number }) })),
  ];
  return (
    <>
      <Typography>{t("run.policies", { count: done.policies, shown: quantity(done.policies) })}</Typography>
      <Typography>{t("run.proposed", { count: done.proposed, shown: quantity(done.proposed) })}</Typography>
      {done.blocked > 0 && <Typography>{t("run.blocked", { count: done.blocked, shown: quantity(done.blocked) })}</Typography>}
      {done.withdrawn > 0 && <Typography>{t("run.withdrawn", { count: done.withdrawn, shown: quantity(done.withdrawn) })}</Typography>}
      {made.length > 0 && (
        <List dense disablePadding sx={{ mt: 2 }}>
          {made.map((one) => (
            <ListItem key={one.id} disableGutters>
              <Link to={one.to as "/"}>{one.text}</Link>
            </ListItem>
          ))}
        </List>
      )}
    </>
  );
}
