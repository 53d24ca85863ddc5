import BottomNavigation from "@mui/material/BottomNavigation";
import BottomNavigationAction from "@mui/material/BottomNavigationAction";
import Drawer from "@mui/material/Drawer";
import MoreIcon from "@mui/icons-material/MoreHoriz";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import { useLocation, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Destination } from "./navigation";

type Props = { destinations: readonly Destination[]; isOpen: boolean; setOpen: (isOpen: boolean) => void; children: ReactNode };

/** On a phone: what one goes to most at the foot, the whole menu at the side when it is asked for. */
export function PhoneNavigation({ destinations, isOpen, setOpen, children }: Props) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const here = destinations.findIndex(({ to }) => (to === "/" ? pathname === "/" : pathname.startsWith(to)));
  return (
    <>
      <Drawer open={isOpen} onClose={() => setOpen(false)} slotProps={{ paper: { component: "nav", "aria-label": t("menu"), sx: { width: 280, pt: "56px" } } }}>
        {children}
      </Drawer>
      <Paper component="nav" aria-label={t("quickMenu")} variant="outlined" square sx={{ position: "fixed", bottom: 0, left: 0, right: 0, zIndex: 1100, pb: "env(safe-area-inset-bottom)" }}>
        <BottomNavigation showLabels value={here} component={Stack} direction="row">
          {destinations.map(({ page, to, icon: Icon }) => (
            <BottomNavigationAction
              key={page}
              component="a"
              href={to}
              onClick={(event: { preventDefault: () => void }) => {
                event.preventDefault();
                void navigate({ to: to as "/" });
              }}
              label={t(`nav.${page}` as "nav.home")}
              icon={<Icon />}
            />
          ))}
          <BottomNavigationAction label={t("more")} icon={<MoreIcon />} onClick={() => setOpen(true)} />
        </BottomNavigation>
      </Paper>
    </>
  );
}
