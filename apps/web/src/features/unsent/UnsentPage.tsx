import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import CloudDoneIcon from "@mui/icons-material/CloudDoneOutlined";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/problem";
import { drop, sendAgain, sendWaiting, useUnsent, type Unsent } from "../../offline/outbox";
import { useFormats } from "../../ui/formats";
import { Nothing } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { useFaultText, useProblemText } from "../../ui/problems";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { useToast } from "../../ui/toasts";
import { EditDrawer, isEditable } from "./EditDrawer";
import { linesOf } from "./lines";

/** What is on this device alone: what waits for the network, and what the server would not take. */
export function UnsentPage() {
  const { t } = useTranslation("unsent");
  const { items, isOnline } = useUnsent();
  const review = items.filter(({ state }) => state === "review");
  const waiting = items.filter(({ state }) => state === "waiting");
  return (
    <Page
      title={t("title")}
      subtitle={t("subtitle")}
      actions={
        waiting.length > 0 && (
          <Button variant="contained" onClick={sendWaiting} disabled={!isOnline}>
            {t("sendNow")}
          </Button>
        )
      }
    >
      {!isOnline && (
        <Alert severity="warning" sx={{ mb: 4 }}>
          {t("offline")}
        </Alert>
      )}
      {items.length === 0 && <Nothing title={t("empty")} hint={t("emptyHint")} action={<CloudDoneIcon color="success" />} />}
      {review.length > 0 && (
        <Section title={t("review", { count: review.length })}>
          <Deeds deeds={review} />
        </Section>
      )}
      {waiting.length > 0 && (
        <Section title={t("waiting", { count: waiting.length })}>
          <Deeds deeds={waiting} />
        </Section>
      )}
    </Page>
  );
}

function Deeds({ deeds }: { deeds: readonly Unsent[] }) {
  return (
    <Stack component="ul" spacing={3} sx={{ listStyle: "none", m: 0, p: 0 }}>
      {deeds.map((deed) => (
        <Deed key={deed.id} deed={deed} />
      ))}
    </Stack>
  );
}

function Deed({ deed }: { deed: Unsent }) {
  const { t } = useTranslation("unsent");
  const { time, quantity } = useFormats();
  const toast = useToast();
  const [isEditing, setEditing] = useState(false);
  const [isGivingUp, setGivingUp] = useState(false);
  const isRefused = deed.state === "review";
  const lines = linesOf(deed.body);
  const giveUp = async () => {
    const isGone = await drop(deed);
    setGivingUp(false);
    toast({ text: t(isGone ? "gaveUp" : "tooLate"), severity: isGone ? "info" : "warning" });
  };
  return (
    <Card component="li" sx={{ p: 4 }}>
      <Stack spacing={2}>
        <Box>
          <Typography sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{deed.title}</Typography>
          <Typography variant="body2" color="textSecondary">
            {t("madeAt", { when: time(deed.madeAt) })}
            {lines.length > 0 && ` · ${t("lines", { count: lines.length })}`}
            {(deed.files?.length ?? 0) > 0 && ` · ${t("files", { count: deed.files!.length })}`}
          </Typography>
        </Box>
        {isRefused && <Why deed={deed} />}
        {lines.length > 0 && isRefused && (
          <Typography variant="body2" className="figures" color="textSecondary">
            {lines.map((line) => `${quantity(line.quantity)} ${line.site ? `@ ${line.site}` : ""}`.trim()).join(" · ")}
          </Typography>
        )}
        <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
          {isRefused && isEditable(deed) && (
            <Button variant="contained" size="small" onClick={() => setEditing(true)}>
              {t("edit")}
            </Button>
          )}
          {isRefused && (
            <Button variant="outlined" size="small" onClick={() => void sendAgain(deed)}>
              {t("again")}
            </Button>
          )}
          <Button size="small" color="error" onClick={() => setGivingUp(true)}>
            {t("giveUp")}
          </Button>
        </Stack>
      </Stack>
      {isEditing && <EditDrawer deed={deed} close={() => setEditing(false)} />}
      <ReasonDialog open={isGivingUp} title={t("giveUp")} text={t("giveUpText", { title: deed.title })} action={t("giveUp")} close={() => setGivingUp(false)} act={() => void giveUp()} />
    </Card>
  );
}

/** Why the server would not take it, in words: every fault, at its line. */
function Why({ deed }: { deed: Unsent }) {
  const problemText = useProblemText();
  const faultText = useFaultText();
  const { t } = useTranslation("unsent");
  const { code = "", detail = "", body = {} } = deed.problem ?? {};
  const problem = new Problem(422, { ...body, code, detail });
  const faults = problem.faults.map((fault) => {
    const line = /^\/lines\/(\d+)/.exec(fault.pointer ?? "")?.[1];
    return line === undefined ? faultText(fault) : t("atLine", { line: Number(line) + 1, text: faultText(fault) });
  });
  return (
    <Alert severity="error">
      {faults.length === 0 ? problemText(problem) : faults.map((fault, index) => <div key={index}>{fault}</div>)}
    </Alert>
  );
}
