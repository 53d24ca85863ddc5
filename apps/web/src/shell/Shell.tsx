import AppBar from "@mui/material/AppBar";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import CircularProgress from "@mui/material/CircularProgress";
import IconButton from "@mui/material/IconButton";
import Link from "@mui/material/Link";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import ListSubheader from "@mui/material/ListSubheader";
import MenuIcon from "@mui/icons-material/Menu";
import SearchIcon from "@mui/icons-material/Search";
import Toolbar from "@mui/material/Toolbar";
import useMediaQuery from "@mui/material/useMediaQuery";
import { Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "../api/problem";
import { useLive } from "../api/live";
import { useOutbox } from "../offline/outbox";
import { useNewVersion } from "../offline/serviceWorker";
import { SessionProvider, signInAddress, useProfile, useSession } from "../session/session";
import { LinkItem } from "../ui/links";
import { Failure, LateSkeleton } from "../ui/Listing";
import { AccountMenu } from "./AccountMenu";
import { Bell } from "./Bell";
import { destinationsFor, phoneBar, type Destination } from "./navigation";
import { PreferencesProvider } from "./preferences";
import { SyncState } from "./SyncState";
import { isTyping } from "../ui/shortcuts";
import { useUsage } from "./usage";

const CommandPalette = lazy(() => import("./CommandPalette").then((module) => ({ default: module.CommandPalette })));

const PhoneNavigation = lazy(() => import("./PhoneNavigation").then((module) => ({ default: module.PhoneNavigation })));

const NewVersion = lazy(() => import("./NewVersion").then((module) => ({ default: module.NewVersion })));

const WIDTH = 232;

/** The frame around every page of somebody who is signed in. */
export function Shell() {
  const profile = useProfile();
  if (profile.data) {
    return (
      <SessionProvider profile={profile.data}>
        <PreferencesProvider>
          <Frame />
        </PreferencesProvider>
      </SessionProvider>
    );
  }
  if (profile.isPending) {
    return (
      <Box sx={{ display: "grid", placeItems: "center", minHeight: "100vh" }}>
        <CircularProgress aria-label="Pirwa" />
      </Box>
    );
  }
  const problem = asProblem(profile.error);
  if (problem.status === 401 || problem.code === "password_change_required") {
    return <Navigate to={signInAddress()} replace />;
  }
  return (
    <Box sx={{ p: 4 }}>
      <Failure state={{ error: profile.error, retry: () => void profile.refetch() }} />
    </Box>
  );
}

function Frame() {
  const { t } = useTranslation();
  const { can, profile } = useSession();
  const isDesk = useMediaQuery("(min-width: 900px)");
  const [isOpen, setOpen] = useState(false);
  const [isSearching, setSearching] = useState(false);
  const { pathname } = useLocation();
  const isInCompany = profile.company !== null;
  const destinations = destinationsFor(can, isInCompany);
  const isNew = useNewVersion();
  useLive();
  useOutbox();
  useUsage(destinations);
  useEffect(() => setOpen(false), [pathname]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        setSearching(true);
      } else if (event.key === "/" && !isTyping(event) && !event.ctrlKey && !event.metaKey) {
        const field = document.querySelector<HTMLElement>('main input[type="search"]');
        event.preventDefault();
        if (field) {
          field.focus();
        } else {
          setSearching(true);
        }
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const menu = <Menu destinations={destinations} />;
  return (
    <Box sx={{ display: "flex", minHeight: "100vh" }}>
      <Link
        href="#main"
        sx={{ position: "absolute", left: -9999, zIndex: 2000, p: 2, bgcolor: "background.paper", "&:focus": { left: 8, top: 8 } }}
      >
        {t("skipToContent")}
      </Link>
      <AppBar position="fixed" color="inherit" elevation={0} sx={{ borderBottom: 1, borderColor: "divider", bgcolor: "background.paper", zIndex: (theme) => theme.zIndex.drawer + 1 }}>
        <Toolbar variant="dense" sx={{ gap: 1, minHeight: 56 }}>
          {!isDesk && (
            <IconButton edge="start" onClick={() => setOpen(true)} aria-label={t("menu")}>
              <MenuIcon />
            </IconButton>
          )}
          <Box component="span" sx={{ fontWeight: 650, whiteSpace: "nowrap", overflow: "hidden", textOverflow: "ellipsis", minWidth: 0 }}>
            {profile.company?.name ?? "Pirwa"}
          </Box>
          <Box sx={{ flex: 1 }} />
          <SyncState />
          {isDesk ? (
            <Button startIcon={<SearchIcon />} color="inherit" variant="outlined" size="small" onClick={() => setSearching(true)} sx={{ borderColor: "divider", color: "text.secondary" }}>
              {t("searchAnything")}
            </Button>
          ) : (
            <IconButton onClick={() => setSearching(true)} aria-label={t("searchAnything")}>
              <SearchIcon />
            </IconButton>
          )}
          {isInCompany && <Bell />}
          <AccountMenu />
        </Toolbar>
      </AppBar>
      {isDesk ? (
        <Box component="nav" aria-label={t("menu")} sx={{ width: WIDTH, flexShrink: 0 }}>
          <Box sx={{ position: "fixed", top: 56, bottom: 0, width: WIDTH, overflow: "auto", bgcolor: "background.paper", borderRight: 1, borderColor: "divider" }}>{menu}</Box>
        </Box>
      ) : (
        <Suspense>
          <PhoneNavigation destinations={phoneBar(destinations)} isOpen={isOpen} setOpen={setOpen}>
            {menu}
          </PhoneNavigation>
        </Suspense>
      )}
      <Box component="main" id="main" tabIndex={-1} sx={{ flex: 1, minWidth: 0, pt: "56px", pb: { xs: 20, md: 8 }, "&:focus-visible": { outline: "none" } }}>
        <Box sx={{ p: { xs: 3, sm: 4, lg: 6 }, maxWidth: 1440, mx: "auto" }}>
          <Suspense fallback={<LateSkeleton />}>
            <Outlet />
          </Suspense>
        </Box>
      </Box>
      {isSearching && (
        <Suspense>
          <CommandPalette close={() => setSearching(false)} destinations={destinations} />
        </Suspense>
      )}
      {isNew && (
        <Suspense>
          <NewVersion />
        </Suspense>
      )}
    </Box>
  );
}

const GROUPS = ["daily", "stock", "buying", "insight", "company"] as const;

function Menu({ destinations }: { destinations: readonly Destination[] }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ overflow: "auto", py: 2 }}>
      {GROUPS.map((group) => {
        const own = destinations.filter((one) => one.group === group);
        return own.length === 0 ? null : (
          <List
            key={group}
            dense
            disablePadding
            sx={{ mb: 2 }}
            subheader={
              group === "daily" ? undefined : (
                <ListSubheader component="li" sx={{ lineHeight: 2.2, fontSize: "0.75rem", bgcolor: "transparent" }}>
                  {t(`navGroup.${group}`)}
                </ListSubheader>
              )
            }
          >
            {own.map(({ page, to, icon: Icon }) => (
              <ListItem key={page} disablePadding>
                <LinkItem to={to as "/"} activeOptions={{ exact: to === "/" }} activeProps={{ className: "Mui-selected" }} sx={{ mx: 2, borderRadius: 1, py: 1 }}>
                  <ListItemIcon sx={{ minWidth: 36 }}>
                    <Icon fontSize="small" />
                  </ListItemIcon>
                  <ListItemText primary={t(`nav.${page}` as "nav.home")} />
                </LinkItem>
              </ListItem>
            ))}
          </List>
        );
      })}
    </Box>
  );
}
