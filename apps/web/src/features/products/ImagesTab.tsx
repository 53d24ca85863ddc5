import AddIcon from "@mui/icons-material/AddPhotoAlternateOutlined";
import ArrowBackIcon from "@mui/icons-material/ArrowBackOutlined";
import ArrowForwardIcon from "@mui/icons-material/ArrowForwardOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import IconButton from "@mui/material/IconButton";
import LinearProgress from "@mui/material/LinearProgress";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, data, send } from "../../api/client";
import { asProblem, type Problem } from "../../api/problem";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { Nothing } from "../../ui/Listing";
import { useProblemText } from "../../ui/problems";
import { ReasonDialog } from "../../ui/ReasonDialog";
import type { Product } from "./draft";

type Image = Product["images"][number];

/** Its pictures, numbered from 1, of which the first stands in lists. */
export function ImagesTab({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const mayWrite = useMay("product:write");
  const [deleting, setDeleting] = useState<Image | null>(null);
  const path = (image: Image) => ({ product_id: product.id, image_id: image.id });
  const move = useAct(({ image, position }: { image: Image; position: number }) => data(api.PATCH("/api/v1/products/{product_id}/images/{image_id}", { params: { path: path(image) }, body: { position } })), { touches: ["products"] });
  const remove = useAct((image: Image) => api.DELETE("/api/v1/products/{product_id}/images/{image_id}", { params: { path: path(image) } }), { touches: ["products"], quiet: true, done: () => setDeleting(null) });
  const upload = <Upload product={product} />;
  if (product.images.length === 0) {
    return <Nothing title={t("images.empty")} hint={mayWrite ? t("images.hint") : undefined} action={mayWrite && upload} />;
  }
  return (
    <>
      {mayWrite && <Box sx={{ mb: 4 }}>{upload}</Box>}
      <Box component="ul" aria-label={t("tabs.images")} sx={{ listStyle: "none", p: 0, m: 0, display: "grid", gap: 4, gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 200px), 1fr))" }}>
        {product.images.map((image, index) => (
          <Card key={image.id} component="li">
            <Link href={image.url} target="_blank" rel="noopener" sx={{ display: "block" }}>
              <Box component="img" src={image.thumbnail_url} alt={t("images.alt", { name: product.name, number: index + 1 })} loading="lazy" sx={{ width: "100%", aspectRatio: "1", objectFit: "contain", display: "block", bgcolor: "action.hover" }} />
            </Link>
            <Stack direction="row" sx={{ alignItems: "center", p: 1, minHeight: 48 }}>
              <Typography variant="caption" color="textSecondary" sx={{ flex: 1, pl: 1 }}>
                {index === 0 ? t("images.first") : `${image.width} × ${image.height}`}
              </Typography>
              {mayWrite && (
                <>
                  <Act label={t("images.earlier", { number: index + 1 })} icon={<ArrowBackIcon fontSize="small" />} disabled={index === 0 || move.isPending} act={() => move.mutate({ image, position: index })} />
                  <Act label={t("images.later", { number: index + 1 })} icon={<ArrowForwardIcon fontSize="small" />} disabled={index === product.images.length - 1 || move.isPending} act={() => move.mutate({ image, position: index + 2 })} />
                  <Act label={t("images.delete", { number: index + 1 })} icon={<DeleteIcon fontSize="small" />} act={() => setDeleting(image)} />
                </>
              )}
            </Stack>
          </Card>
        ))}
      </Box>
      <ReasonDialog
        open={deleting !== null}
        title={t("images.deleteTitle")}
        text={t("images.deleteText")}
        action={t("common:delete")}
        close={() => setDeleting(null)}
        act={() => deleting && remove.mutate(deleting)}
        busy={remove.isPending}
        problem={remove.error}
      />
    </>
  );
}

function Act({ label, icon, act, disabled = false }: { label: string; icon: ReactNode; act: () => void; disabled?: boolean }) {
  return (
    <Tooltip title={disabled ? "" : label}>
      <span>
        <IconButton size="small" aria-label={label} onClick={act} disabled={disabled}>
          {icon}
        </IconButton>
      </span>
    </Tooltip>
  );
}

type Refused = { name: string; problem: Problem };

/** Several at once, one after the other, in the order in which they were chosen. What is refused is said by its name. */
function Upload({ product }: { product: Product }) {
  const { t } = useTranslation("products");
  const text = useProblemText();
  const input = useRef<HTMLInputElement>(null);
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const add = useAct(
    async (files: File[]) => {
      const missed: Refused[] = [];
      for (const [index, file] of files.entries()) {
        setProgress({ done: index, of: files.length });
        const form = new FormData();
        form.set("file", file);
        await send("POST", `products/${product.id}/images`, form).catch((error: unknown) => missed.push({ name: file.name, problem: asProblem(error) }));
      }
      setProgress(null);
      setRefused(missed);
    },
    { touches: ["products"] },
  );
  return (
    <Box>
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png,image/webp,image/gif,image/avif"
        multiple
        hidden
        aria-label={t("images.add")}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = "";
          if (files.length > 0) {
            add.mutate(files);
          }
        }}
      />
      <Button variant="outlined" startIcon={<AddIcon />} loading={add.isPending} onClick={() => input.current?.click()}>
        {t("images.add")}
      </Button>
      {progress && progress.of > 1 && <LinearProgress variant="determinate" value={(100 * progress.done) / progress.of} aria-label={t("images.progress", progress)} sx={{ mt: 2, maxWidth: 320 }} />}
      {refused.length > 0 && (
        <Alert severity="error" onClose={() => setRefused([])} sx={{ mt: 2, textAlign: "left" }}>
          {refused.map(({ name, problem }) => (
            <Box key={name} sx={{ overflowWrap: "anywhere" }}>
              {name}: {text(problem)}
            </Box>
          ))}
        </Alert>
      )}
    </Box>
  );
}
