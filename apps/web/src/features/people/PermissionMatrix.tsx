import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { byResource } from "./roles";

type Props = { label: string; offered: readonly string[]; chosen: readonly string[]; set?: (chosen: string[]) => void; fault?: string | undefined };

/** Permissions by what they concern. Nobody gives what they lack, so that is shown but cannot be chosen; without `set` it is to be read. */
export function PermissionMatrix({ label, offered, chosen, set, fault }: Props) {
  const { t } = useTranslation(["people", "common"]);
  const { can } = useSession();
  const has = new Set(chosen);
  const given = offered.filter((one) => can(one) || has.has(one));
  return (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0, minWidth: 0 }}>
      <Stack direction="row" spacing={2} sx={{ alignItems: "center", mb: 2 }}>
        <Typography component="legend" variant="body2" sx={{ fontWeight: 600, flex: 1, p: 0 }}>
          {label} · {t("role.chosen", { count: chosen.length })}
        </Typography>
        {set && (
          <>
            <Button size="small" onClick={() => set(given.filter((one) => one.endsWith(":read") || has.has(one)))}>
              {t("role.allReading")}
            </Button>
            <Button size="small" onClick={() => set([])}>
              {t("common:none")}
            </Button>
          </>
        )}
      </Stack>
      {fault && <FormHelperText error>{fault}</FormHelperText>}
      <Box sx={{ border: 1, borderColor: "divider", borderRadius: 1 }}>
        {byResource(offered).map(([resource, actions]) => (
          <Box key={resource} role="group" aria-label={t(`resource.${resource}` as "resource.stock", { defaultValue: resource })} sx={{ px: 3, py: 1, display: "grid", gridTemplateColumns: { xs: "1fr", sm: "150px 1fr" }, alignItems: "center", "&:not(:last-child)": { borderBottom: 1, borderColor: "divider" } }}>
            <Typography variant="body2" sx={{ fontWeight: 600 }}>
              {t(`resource.${resource}` as "resource.stock", { defaultValue: resource })}
            </Typography>
            <Box sx={{ display: "flex", flexWrap: "wrap" }}>
              {actions.map((action) => {
                const permission = `${resource}:${action}`;
                return (
                  <FormControlLabel
                    key={action}
                    sx={{ mr: 4 }}
                    control={
                      <Checkbox
                        size="small"
                        checked={has.has(permission)}
                        disabled={!set || (!can(permission) && !has.has(permission))}
                        onChange={(_, checked) => set?.(checked ? [...chosen, permission] : chosen.filter((one) => one !== permission))}
                      />
                    }
                    label={<Typography variant="body2">{t(`action.${action}` as "action.read", { defaultValue: action })}</Typography>}
                  />
                );
              })}
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
