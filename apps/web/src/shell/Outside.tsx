import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Container from "@mui/material/Container";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { Outlet } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES } from "../i18n";
import { Link } from "../ui/links";
import { LateSkeleton } from "../ui/Listing";

/** The frame of pages for which nobody need be signed in. */
export function Outside() {
  const { t, i18n } = useTranslation();
  return (
    <Box sx={{ minHeight: "100vh", display: "flex", flexDirection: "column" }}>
      <Container component="main" id="main" tabIndex={-1} maxWidth={false} sx={{ flex: 1, maxWidth: 440, pt: { xs: 8, sm: 16 }, "&:focus-visible": { outline: "none" } }}>
        <Stack direction="row" spacing={2} sx={{ alignItems: "center", justifyContent: "center", mb: 6 }}>
          <Box component="img" src="/icon.svg" alt="" sx={{ width: 40, height: 40 }} />
          <Typography component="span" sx={{ fontSize: "1.75rem", fontWeight: 650 }}>
            Pirwa
          </Typography>
        </Stack>
        <Suspense fallback={<LateSkeleton rows={5} />}>
          <Outlet />
        </Suspense>
      </Container>
      <Stack component="footer" direction="row" spacing={2} sx={{ justifyContent: "center", alignItems: "center", p: 4 }}>
        {LANGUAGES.map((language) => (
          <Button key={language} size="small" lang={language} aria-pressed={i18n.resolvedLanguage === language} onClick={() => void i18n.changeLanguage(language)}>
            {language === "es" ? "Español" : "English"}
          </Button>
        ))}
        <Link to={"/contact" as "/"} variant="body2">
          {t("nav.contact")}
        </Link>
      </Stack>
    </Box>
  );
}
