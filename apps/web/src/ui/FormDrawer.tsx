import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import CloseIcon from "@mui/icons-material/Close";
import Drawer from "@mui/material/Drawer";
import IconButton from "@mui/material/IconButton";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import type { FormEvent, ReactNode, RefObject } from "react";
import { useId } from "react";
import { useTranslation } from "react-i18next";

type Props = {
  open: boolean;
  title: string;
  close: () => void;
  /** From `useForm`. */
  form: { form: RefObject<HTMLFormElement | null>; above: string | null; submit: (event?: FormEvent) => void; busy: boolean };
  /** What the button says. */
  action: string;
  disabled?: boolean;
  width?: number;
  children: ReactNode;
};

/** A form beside what it is about; on a phone it takes the whole screen. */
export function FormDrawer({ open, title, close, form, action, disabled, width = 440, children }: Props) {
  const { t } = useTranslation();
  const heading = useId();
  return (
    <Drawer
      anchor="right"
      open={open}
      onClose={close}
      sx={{ zIndex: "modal" }} // above the bar at the top
      slotProps={{ paper: { role: "dialog", "aria-labelledby": heading, sx: { width: { xs: "100%", sm: width }, maxWidth: "100%", backgroundImage: "none" } } }}
    >
      <Box component="form" ref={form.form} onSubmit={form.submit} noValidate sx={{ display: "flex", flexDirection: "column", minHeight: "100%" }}>
        <Stack direction="row" sx={{ alignItems: "center", justifyContent: "space-between", p: 4, pb: 2 }}>
          <Typography variant="h2" id={heading}>
            {title}
          </Typography>
          <IconButton onClick={close} aria-label={t("close")}>
            <CloseIcon />
          </IconButton>
        </Stack>
        <Stack spacing={4} sx={{ p: 4, pt: 2, flex: 1 }}>
          {form.above && (
            <Alert severity="error" tabIndex={-1}>
              {form.above}
            </Alert>
          )}
          {children}
        </Stack>
        <Stack
          direction="row"
          spacing={2}
          sx={{ p: 4, justifyContent: "flex-end", position: "sticky", bottom: 0, zIndex: 2, bgcolor: "background.paper", borderTop: 1, borderColor: "divider" }}
        >
          <Button onClick={close}>{t("cancel")}</Button>
          <Button type="submit" variant="contained" loading={form.busy} disabled={disabled ?? false}>
            {action}
          </Button>
        </Stack>
      </Box>
    </Drawer>
  );
}
