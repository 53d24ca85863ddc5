import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "../../ui/links";
import { Card } from "./Card";
import { knownProvider, startSingleSignOn } from "./singleSignOn";

const route = getRouteApi("/outside/single-sign-on");

/** Signing in by the company's own server of identities. An address with both codes fills them in: the company can hand it out. */
export function SingleSignOnPage() {
  const { t } = useTranslation("session");
  const given = route.useSearch();
  const [known] = useState(knownProvider);
  const [company, setCompany] = useState(given.company ?? known?.company ?? "");
  const [provider, setProvider] = useState(given.provider ?? known?.provider ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    startSingleSignOn({ company: company.trim(), provider: provider.trim() }, given.next);
  };
  const plain = { htmlInput: { autoCapitalize: "none", spellCheck: false } };
  return (
    <Card title={t("sso.title")}>
      <form onSubmit={submit}>
        <Stack spacing={4}>
          <Typography color="textSecondary">{t("sso.why")}</Typography>
          <TextField label={t("sso.company")} value={company} onChange={(event) => setCompany(event.target.value)} required autoFocus slotProps={plain} />
          <TextField label={t("sso.provider")} value={provider} onChange={(event) => setProvider(event.target.value)} required slotProps={plain} />
          <Button type="submit" variant="contained" size="large" disabled={!company.trim() || !provider.trim()}>
            {t("sso.go")}
          </Button>
        </Stack>
      </form>
      <Link to="/login" variant="body2">
        {t("back")}
      </Link>
    </Card>
  );
}
