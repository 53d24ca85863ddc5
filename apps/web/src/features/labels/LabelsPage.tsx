import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import CloseIcon from "@mui/icons-material/Close";
import DownloadIcon from "@mui/icons-material/DownloadOutlined";
import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormGroup from "@mui/material/FormGroup";
import FormLabel from "@mui/material/FormLabel";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import Paper from "@mui/material/Paper";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { send, type Schemas } from "../../api/client";
import { read, useAct } from "../../api/query";
import { saveAs } from "../../ui/files";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Failure, LateSkeleton, Nothing } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { ProductPicker, SitePicker } from "../../ui/pickers";
import { useFaultText, useProblemText } from "../../ui/problems";
import { useLookChoice, type Look } from "./choice";
import { LabelPreview, SheetPreview } from "./Preview";
import { countOf, idsOf, lineOf, sheetsFor, type Wish } from "./sheet";

type Product = Schemas["ProductView"];

/** Labels for products, on the sheets or rolls that the shop has. */
export function LabelsPage() {
  const { t } = useTranslation(["labels", "common"]);
  const { products } = useSearch({ from: "/shell/labels" });
  const navigate = useNavigate();
  const formats = useQuery({ ...read("/api/v1/labels/formats"), staleTime: Infinity });
  const ids = idsOf(products);
  const answers = useQueries({ queries: ids.map((id) => read("/api/v1/products/{product_id}", { path: { product_id: id } })) });
  const chosen = answers.flatMap(({ data }) => (data ? [data] : []));
  const choose = (to: readonly string[]) => void navigate({ to: "/labels", search: { products: to.join(",") || undefined }, replace: true });
  return (
    <Page title={t("common:nav.labels")} subtitle={t("subtitle")}>
      {formats.error ? (
        <Failure state={{ error: formats.error, retry: () => void formats.refetch() }} />
      ) : formats.data && answers.every(({ isPending }) => !isPending) ? (
        <Sheet formats={formats.data} products={chosen} choose={choose} />
      ) : (
        <LateSkeleton />
      )}
    </Page>
  );
}

type SheetProps = { formats: readonly Schemas["LabelFormatView"][]; products: readonly Product[]; choose: (ids: readonly string[]) => void };

function Sheet({ formats, products, choose }: SheetProps) {
  const { t } = useTranslation(["labels", "common"]);
  const { quantity } = useFormats();
  const [look, setLook] = useLookChoice();
  const [start, setStart] = useState("1");
  const [site, setSite] = useState("");
  const [byStock, setByStock] = useState(false);
  const [wishes, setWishes] = useState<Record<string, Omit<Wish, "product">>>({});
  const format = formats.find(({ id }) => id === look.format) ?? formats[0]!;
  const places = format.columns * format.rows;
  const first = /^\d+$/.test(start) ? Math.min(Math.max(Number(start), 1), places) : 1;
  const wishOf = (id: string): Wish => ({ copies: "1", ...wishes[id], product: id });
  const wish = (id: string, to: Partial<Wish>) => setWishes({ ...wishes, [id]: { ...wishOf(id), ...to } });
  const total = products.reduce((sum, product) => sum + countOf(wishOf(product.id), product.stock, byStock, site), 0);
  const sheets = sheetsFor(format, first, total);
  const print = useAct(
    async () => {
      const body: Schemas["PrintLabels"] = {
        lines: products.map((product) => lineOf(wishOf(product.id), byStock)),
        format: format.id,
        start: places > 1 ? first : 1,
        site: site || null,
        show: look.show.filter((one) => one !== "site" || site),
        symbology: look.symbology || null,
      };
      return (await send("POST", "labels", JSON.stringify(body), { "content-type": "application/json" })).blob();
    },
    { touches: [], quiet: true, done: (file) => saveAs(file, "labels.pdf") },
  );
  const add = (product: { id: string } | null) => product && choose([...products.map(({ id }) => id).filter((id) => id !== product.id), product.id]);

  return (
    <Box sx={{ display: "grid", gap: 8, gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 380px" } }}>
      <Box>
        <Section title={t("which")}>
          <Box sx={{ maxWidth: 480, mb: 3 }}>
            <ProductPicker key={products.length} label={t("addProduct")} value={null} set={add} />
          </Box>
          {products.length === 0 ? (
            <Nothing title={t("empty")} hint={t("emptyHint")} />
          ) : (
            <Paper variant="outlined" component="ul" aria-label={t("which")} sx={{ listStyle: "none", m: 0, p: 0 }}>
              {products.map((product) => (
                <Line key={product.id} product={product} wish={wishOf(product.id)} set={(to) => wish(product.id, to)} count={byStock ? countOf(wishOf(product.id), product.stock, true, site) : null} drop={() => choose(products.map(({ id }) => id).filter((id) => id !== product.id))} />
              ))}
            </Paper>
          )}
        </Section>
        <Section title={t("how")}>
          <Stack spacing={4} sx={{ maxWidth: 480 }}>
            <FormControl>
              <FormLabel id="copies">{t("copies")}</FormLabel>
              <RadioGroup aria-labelledby="copies" value={byStock ? "stock" : "typed"} onChange={(event) => setByStock(event.target.value === "stock")}>
                <FormControlLabel value="typed" control={<Radio />} label={t("copiesTyped")} />
                <FormControlLabel value="stock" control={<Radio />} label={t("copiesByStock")} />
              </RadioGroup>
            </FormControl>
            <SitePicker label={t("common:site")} all={t("common:allSites")} value={site} set={setSite} />
            <Looks look={look} set={setLook} formats={formats} hasSite={Boolean(site)} />
            {places > 1 && (
              <TextField type="number" label={t("start")} helperText={t("startHint", { places })} value={start} onChange={(event) => setStart(event.target.value)} slotProps={{ htmlInput: { min: 1, max: places } }} />
            )}
          </Stack>
        </Section>
      </Box>
      <Box component="section" aria-label={t("preview")} sx={{ position: { lg: "sticky" }, top: 80, alignSelf: "start" }}>
        <LabelPreview format={format} product={products[0] ?? null} look={look} site={site} />
        {places > 1 && <SheetPreview format={format} start={first} count={total} setStart={(place) => setStart(String(place))} />}
        <Typography variant="body2" color="textSecondary" sx={{ my: 3 }} role="status">
          {t("sum", { count: total, shown: quantity(total) })}
          {places > 1 && total > 0 && ` · ${t("sheets", { count: sheets, shown: quantity(sheets) })}`}
        </Typography>
        {print.error && <Refusal problem={print.error} products={products} />}
        <Button variant="contained" size="large" fullWidth startIcon={<DownloadIcon />} loading={print.isPending} disabled={total === 0} onClick={() => print.mutate(undefined)}>
          {t("download")}
        </Button>
        <Typography variant="caption" color="textSecondary" sx={{ display: "block", mt: 2 }}>
          {t("scaling")}
        </Typography>
      </Box>
    </Box>
  );
}

function Line({ product, wish, set, count, drop }: { product: Product; wish: Wish; set: (to: Partial<Wish>) => void; count: number | null; drop: () => void }) {
  const { t } = useTranslation(["labels", "common"]);
  const { quantity } = useFormats();
  return (
    <Box component="li" sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 3, p: 3, "&:not(:last-child)": { borderBottom: 1, borderColor: "divider" } }}>
      <Box sx={{ flex: "1 1 160px", minWidth: 0 }}>
        <Link to="/products/$productId" params={{ productId: product.id }} sx={{ fontWeight: 600, color: "text.primary", overflowWrap: "anywhere" }}>
          {product.name}
        </Link>
        <Typography variant="caption" color="textSecondary" sx={{ display: "block" }}>
          {product.sku} · {product.barcodes[0]?.code ?? t("noCode")}
        </Typography>
      </Box>
      {product.tracking === "lot" && (
        <>
          <TextField label={t("lot")} value={wish.lot ?? ""} onChange={(event) => set({ lot: event.target.value })} sx={{ width: 120 }} />
          <TextField type="date" label={t("expires")} value={wish.expires_on ?? ""} onChange={(event) => set({ expires_on: event.target.value })} slotProps={{ inputLabel: { shrink: true } }} sx={{ width: 160 }} />
        </>
      )}
      {count === null ? (
        <TextField label={t("copies")} value={wish.copies} onChange={(event) => set({ copies: event.target.value })} slotProps={{ htmlInput: { inputMode: "numeric", "aria-label": t("copiesOf", { name: product.name }) } }} sx={{ width: 96 }} />
      ) : (
        <Typography className="figures" sx={{ width: 96, textAlign: "right" }}>
          {quantity(count)}
        </Typography>
      )}
      <IconButton size="small" aria-label={t("drop", { name: product.name })} onClick={drop}>
        <CloseIcon fontSize="small" />
      </IconButton>
    </Box>
  );
}

function Looks({ look, set, formats, hasSite }: { look: Look; set: (to: Look) => void; formats: SheetProps["formats"]; hasSite: boolean }) {
  const { t } = useTranslation("labels");
  const { quantity } = useFormats();
  return (
    <>
      <TextField select label={t("format")} value={formats.some(({ id }) => id === look.format) ? look.format : formats[0]?.id} onChange={(event) => set({ ...look, format: event.target.value })}>
        {formats.map((format) => (
          <MenuItem key={format.id} value={format.id}>
            {t(format.columns * format.rows === 1 ? "roll" : "sheet", { title: format.title.split(",")[0]?.replace(/^Roll /, ""), places: format.columns * format.rows, width: quantity(format.width), height: quantity(format.height) })}
          </MenuItem>
        ))}
      </TextField>
      <TextField select label={t("symbology.label")} value={look.symbology} onChange={(event) => set({ ...look, symbology: event.target.value as Look["symbology"] })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
        {(["", "code128", "qr", "gs1_datamatrix"] as const).map((one) => (
          <MenuItem key={one} value={one}>
            {t(`symbology.${one || "usual"}`)}
          </MenuItem>
        ))}
      </TextField>
      <FormControl component="fieldset">
        <FormLabel component="legend">{t("content")}</FormLabel>
        <FormGroup row>
          {(["name", "sku", "price", "site"] as const).map((part) => (
            <FormControlLabel
              key={part}
              disabled={part === "site" && !hasSite}
              control={<Checkbox checked={look.show.includes(part) && (part !== "site" || hasSite)} onChange={(_, isOn) => set({ ...look, show: isOn ? [...look.show, part] : look.show.filter((one) => one !== part) })} />}
              label={t(`parts.${part}`)}
            />
          ))}
        </FormGroup>
      </FormControl>
    </>
  );
}

/** Why no labels came: each fault at the product it is about. */
function Refusal({ problem, products }: { problem: import("../../api/problem").Problem; products: readonly Product[] }) {
  const text = useProblemText();
  const faultText = useFaultText();
  const about = (pointer = "") => products[Number(/^\/lines\/(\d+)/.exec(pointer)?.[1] ?? NaN)]?.name;
  return (
    <Alert severity="error" sx={{ mb: 3 }}>
      {problem.faults.length === 0
        ? text(problem)
        : problem.faults.map((fault, index) => (
            <Box key={index} sx={{ overflowWrap: "anywhere" }}>
              {[about(fault.pointer), faultText(fault)].filter(Boolean).join(": ")}
            </Box>
          ))}
    </Alert>
  );
}
