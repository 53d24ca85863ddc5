import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import CameraIcon from "@mui/icons-material/CameraswitchOutlined";
import CircularProgress from "@mui/material/CircularProgress";
import IconButton from "@mui/material/IconButton";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import PauseIcon from "@mui/icons-material/PauseOutlined";
import PlayIcon from "@mui/icons-material/PlayArrowOutlined";
import SoundIcon from "@mui/icons-material/VolumeUpOutlined";
import SilentIcon from "@mui/icons-material/VolumeOffOutlined";
import Tooltip from "@mui/material/Tooltip";
import TorchIcon from "@mui/icons-material/FlashlightOnOutlined";
import Typography from "@mui/material/Typography";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { keepParts } from "../../offline/serviceWorker";
import { isQuiet, setQuiet } from "../../scan/signals";
import { useCamera } from "../../scan/useCamera";
import { useKept } from "./useKept";

/** The camera's picture, and what one can do with the camera. What it reads is told to `seen`. */
export function Viewfinder({ seen, flash }: { seen: (code: string) => void; flash: "good" | "bad" | null }) {
  const { t } = useTranslation("scan");
  const [isPaused, setPaused] = useKept("pirwa-camera-paused", false);
  const camera = useCamera(isPaused, seen);
  const [quiet, turnQuiet] = useState(isQuiet);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { state, devices, torch } = camera;
  const isOn = state.is === "on";
  useEffect(() => {
    if (isOn) {
      keepParts(); // the detector has come by now: next time it is here without a network
    }
  }, [isOn]);
  if (state.is === "fault") {
    return (
      <Alert
        severity="warning"
        action={
          state.fault !== "insecure" && (
            <Button color="inherit" size="small" onClick={camera.retry}>
              {t("camera.again")}
            </Button>
          )
        }
      >
        <Typography sx={{ fontWeight: 600 }}>{t(`camera.fault.${state.fault}`)}</Typography>
        <Typography variant="body2">{t(`camera.do.${state.fault}`)}</Typography>
        {state.fault === "detector" && state.detail && <Typography variant="caption">{state.detail}</Typography>}
      </Alert>
    );
  }
  return (
    <Box sx={{ position: "relative", borderRadius: 2, overflow: "hidden", bgcolor: "#10161a", height: isPaused ? 88 : { xs: 152, sm: 240, md: 340 } }}>
      <Box
        component="video"
        ref={camera.video}
        muted
        playsInline
        aria-label={t("camera.name")}
        data-state={state.is}
        sx={{ width: "100%", height: "100%", objectFit: "cover", display: isPaused ? "none" : "block" }}
      />
      {isOn && (
        <Box
          aria-hidden="true"
          sx={{ position: "absolute", inset: "18% 12%", borderRadius: 2, border: 3, borderColor: flash === "good" ? "#47cd89" : flash === "bad" ? "#f97066" : "rgba(255,255,255,.75)", pointerEvents: "none" }}
        />
      )}
      {state.is === "starting" && (
        <Box sx={{ position: "absolute", inset: 0, display: "grid", placeItems: "center", color: "#fff" }}>
          <CircularProgress color="inherit" size={32} aria-label={t("camera.starting")} />
        </Box>
      )}
      {isPaused && (
        <Typography sx={{ position: "absolute", left: 16, top: 0, lineHeight: "88px", color: "#fff" }} variant="body2">
          {t("camera.paused")}
        </Typography>
      )}
      <Box sx={{ position: "absolute", right: 8, bottom: 8, display: "flex", gap: 1 }}>
        {torch !== null && !isPaused && (
          <Tool title={t(torch ? "camera.torchOff" : "camera.torchOn")} pressed={torch} act={() => camera.light(!torch)}>
            <TorchIcon />
          </Tool>
        )}
        {devices.length > 1 && !isPaused && (
          <Tool title={t("camera.choose")} act={setAnchor}>
            <CameraIcon />
          </Tool>
        )}
        <Tool
          title={t(quiet ? "camera.soundOn" : "camera.soundOff")}
          pressed={quiet}
          act={() => {
            setQuiet(!quiet);
            turnQuiet(!quiet);
          }}
        >
          {quiet ? <SilentIcon /> : <SoundIcon />}
        </Tool>
        <Tool title={t(isPaused ? "camera.resume" : "camera.pause")} act={() => setPaused(!isPaused)}>
          {isPaused ? <PlayIcon /> : <PauseIcon />}
        </Tool>
      </Box>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {devices.map(({ deviceId, label }, index) => (
          <MenuItem
            key={deviceId}
            selected={deviceId === camera.device}
            onClick={() => {
              camera.choose(deviceId);
              setAnchor(null);
            }}
          >
            {label || t("camera.numbered", { number: index + 1 })}
          </MenuItem>
        ))}
      </Menu>
    </Box>
  );
}

function Tool({ title, act, pressed, children }: { title: string; act: (button: HTMLElement) => void; pressed?: boolean; children: ReactNode }) {
  return (
    <Tooltip title={title}>
      <IconButton
        aria-label={title}
        {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
        onClick={(event) => act(event.currentTarget)}
        sx={{ width: 44, height: 44, color: "#fff", bgcolor: "rgba(16,22,26,.72)", "&:hover": { bgcolor: "rgba(16,22,26,.9)" } }}
      >
        {children}
      </IconButton>
    </Tooltip>
  );
}
