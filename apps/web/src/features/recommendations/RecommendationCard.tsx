import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { useAct } from "../../api/query";
import { compare, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { useToast } from "../../ui/toasts";
import { figuresOf, placeOf, TOUCHED, type Done, type Recommendation } from "./recommendation";
import { SnoozeMenu } from "./SnoozeMenu";

type Props = { recommendation: Recommendation; done: Done | null; accepted: (done: Done) => void };

/** One thing to do: what it is about, why, on which numbers it rests, and what does it. */
export function RecommendationCard({ recommendation, done, accepted }: Props) {
  const { t } = useTranslation("recommendations");
  const { sum, ago, day } = useFormats();
  const { title, why, product, site, worth, currency, since, snoozed_until, may_accept, obstacle } = recommendation;
  return (
    <Card component="li" variant="outlined" data-card="" sx={{ p: 4, "&:focus-within": { borderColor: "primary.main" } }}>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap", alignItems: "baseline", justifyContent: "space-between" }}>
        <Box sx={{ flex: "1 1 260px", minWidth: 0 }}>
          <Typography variant="h3" component="h2" sx={{ overflowWrap: "anywhere" }}>
            <Link to="/products/$productId" params={{ productId: product.id }} sx={{ color: "text.primary" }}>
              {product.name}
            </Link>
          </Typography>
          <Typography variant="body2" color="textSecondary">
            {[title, product.sku, site ?? t("wholeCompany"), ago(since)].join(" · ")}
          </Typography>
        </Box>
        <Stack direction="row" spacing={2} sx={{ alignItems: "center" }}>
          {snoozed_until && <Chip size="small" variant="outlined" label={t("until", { day: day(snoozed_until) })} />}
          {worth !== null && compare(worth, "0") > 0 && (
            <Typography sx={{ textAlign: "right" }}>
              <Box component="span" sx={{ color: "text.secondary", fontSize: "0.8125rem", mr: 1 }}>
                {t("worth")}
              </Box>{" "}
              <strong className="figures">{sum(worth, currency)}</strong>
            </Typography>
          )}
        </Stack>
      </Stack>
      <Typography sx={{ mt: 2, maxWidth: 860, overflowWrap: "anywhere" }}>{why}</Typography>
      <Numbers recommendation={recommendation} />
      {done ? <Result done={done} recommendation={recommendation} /> : <Deeds recommendation={recommendation} accepted={accepted} />}
      {!done && !may_accept && (
        <Typography variant="body2" color="textSecondary" sx={{ mt: 2 }}>
          {obstacle === "site_out_of_reach" ? t("obstacle.site") : t("obstacle.permission", { permission: t(`may.${obstacle?.replace(":", "_")}` as "may.transfer_start", { defaultValue: obstacle ?? "" }) })}
        </Typography>
      )}
    </Card>
  );
}

function Numbers({ recommendation }: { recommendation: Recommendation }) {
  const { t } = useTranslation("recommendations");
  const formats = useFormats();
  const figures = figuresOf(recommendation, formats);
  return (
    <Box component="dl" sx={{ m: 0, mt: 3, display: { xs: "grid", sm: "flex" }, flexWrap: "wrap", rowGap: 2, columnGap: 6, gridTemplateColumns: "1fr 1fr" }}>
      {figures.map(({ name, text }) => (
        <Box key={name} sx={{ minWidth: 0 }}>
          <Box component="dt" sx={{ color: "text.secondary", fontSize: "0.75rem" }}>
            {t(`number.${name}` as "number.on_hand")}
          </Box>
          <Box component="dd" className="figures" sx={{ m: 0, fontSize: "0.875rem", overflowWrap: "anywhere" }}>
            {text}
          </Box>
        </Box>
      ))}
    </Box>
  );
}

/** What became of it, with the way to what it made. */
function Result({ done, recommendation }: { done: Done; recommendation: Recommendation }) {
  const { t } = useTranslation("recommendations");
  const { made } = done;
  return (
    <Alert severity="success" sx={{ mt: 3 }}>
      {t("done")}{" "}
      {made && (
        <Link to={placeOf(made, recommendation.product.id) as "/"} sx={{ color: "inherit", textDecoration: "underline" }}>
          {t(`made.${made.type}` as "made.transfer", { number: made.number ?? "", defaultValue: t("made.product") })}
        </Link>
      )}
    </Alert>
  );
}

function Deeds({ recommendation, accepted }: { recommendation: Recommendation; accepted: (done: Done) => void }) {
  const { t } = useTranslation("recommendations");
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const { id, version, deed, may_accept, product } = recommendation;
  const accept = useAct((_: void, key) => data(api.POST("/api/v1/recommendations/{recommendation_id}/accept", { params: { path: { recommendation_id: id }, header: { ...ifUnchanged(version), ...once(key) } } })), { touches: TOUCHED, done: accepted });
  const dismiss = useAct((_: void) => data(api.POST("/api/v1/recommendations/{recommendation_id}/dismiss", { params: { path: { recommendation_id: id }, header: ifUnchanged(version) } })), {
    touches: TOUCHED,
    quiet: true,
    done: () => {
      setAsking(false);
      toast({ text: t("dismissed", { name: product.name }) });
    },
  });
  return (
    <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap", mt: 3 }}>
      {may_accept && (
        <Button variant="contained" data-deed="accept" loading={accept.isPending} onClick={() => accept.mutate()} sx={{ overflowWrap: "anywhere" }}>
          {deed}
        </Button>
      )}
      <SnoozeMenu recommendation={recommendation} />
      {may_accept && (
        <Button data-deed="dismiss" onClick={() => setAsking(true)}>
          {t("dismiss")}
        </Button>
      )}
      <ReasonDialog open={isAsking} title={t("dismissTitle", { name: product.name })} text={t("dismissText")} action={t("dismiss")} close={() => setAsking(false)} act={() => dismiss.mutate()} busy={dismiss.isPending} problem={dismiss.error} />
    </Stack>
  );
}
