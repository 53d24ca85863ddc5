import AddShoppingCartIcon from "@mui/icons-material/AddShoppingCartOutlined";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import EditIcon from "@mui/icons-material/EditOutlined";
import MuiLink from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ifUnchanged } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { BackLink, LinkButton } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { OrdersTable } from "../purchases/OrdersTable";
import { Facts, type Fact } from "../stock/Facts";
import { Items } from "./Items";
import { useLeadTime, type Supplier } from "./leadTime";
import { isOwn, OrderingDrawer, useOrderingApps } from "./OrderingDrawer";
import { SupplierDrawer } from "./SupplierDrawer";
import { ActiveChip } from "./SuppliersPage";

const route = getRouteApi("/shell/suppliers/$supplierId");

/** One supplier: how to reach it, what it sells, how well it delivers, what was ordered of it. */
export function SupplierPage() {
  const { t } = useTranslation("suppliers");
  const { supplierId } = route.useParams();
  const answer = useQuery(read("/api/v1/suppliers/{supplier_id}", { path: { supplier_id: supplierId } }));
  if (answer.data) {
    return <Shown key={supplierId} supplier={answer.data} />;
  }
  return (
    <Page title={t("one")} above={<BackToList />}>
      {answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />}
    </Page>
  );
}

function BackToList() {
  const { t: common } = useTranslation();
  return (
    <BackLink to="/suppliers">
      {common("nav.suppliers")}
    </BackLink>
  );
}

function Shown({ supplier }: { supplier: Supplier }) {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const [isEditing, setEditing] = useState(false);
  const mayWrite = can("supplier:write");
  return (
    <Page
      title={supplier.name}
      above={<BackToList />}
      subtitle={
        <Stack direction="row" spacing={2} sx={{ alignItems: "center" }}>
          <span>{supplier.code}</span>
          <ActiveChip active={supplier.active} />
        </Stack>
      }
      actions={
        <>
          {mayWrite && <Remove supplier={supplier} />}
          {mayWrite && (
            <Button startIcon={<EditIcon />} variant="outlined" onClick={() => setEditing(true)}>
              {common("edit")}
            </Button>
          )}
          {can("purchase:write") && supplier.active && (
            <LinkButton to="/purchases/new" search={{ supplier: supplier.id }} variant="contained" startIcon={<AddShoppingCartIcon />}>
              {t("order")}
            </LinkButton>
          )}
        </>
      }
    >
      <SupplierFacts supplier={supplier} />
      <Items supplier={supplier} />
      {can("purchase:read") && (
        <Section title={t("orders")}>
          <OrdersTable narrowedTo={{ supplier: supplier.id }} empty={{ title: t("noOrders") }} />
        </Section>
      )}
      {isEditing && <SupplierDrawer supplier={supplier} close={() => setEditing(false)} done={() => setEditing(false)} />}
    </Page>
  );
}

function SupplierFacts({ supplier }: { supplier: Supplier }) {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { money, quantity } = useFormats();
  const { days, onTime } = useLeadTime();
  const facts: Fact[] = [
    ...supplier.contacts.map((contact): Fact => [
      t("contact"),
      <>
        <div>{contact.name}</div>
        {contact.email && (
          <div>
            <MuiLink href={`mailto:${contact.email}`}>{contact.email}</MuiLink>
          </div>
        )}
        {contact.phone && (
          <div>
            <MuiLink href={`tel:${contact.phone.replace(/[^\d+]/g, "")}`}>{contact.phone}</MuiLink>
          </div>
        )}
      </>,
    ]),
    [t("learnt.takes"), supplier.lead_time ? days(supplier.lead_time) : t("learnt.nothing")],
    [t("learnt.header"), onTime(supplier.lead_time)],
    [t("ordering.title"), <HowItOrders key="ordering" supplier={supplier} />],
    supplier.tax_id !== "" && [t("taxId"), supplier.tax_id],
    [t("currency"), supplier.currency],
    [t("paymentDays"), quantity(supplier.payment_days)],
    can("cost:read") && [t("minimumOrder"), money(supplier.minimum_order_value, supplier.currency)],
    supplier.note !== "" && [common("note"), supplier.note],
  ];
  return <Facts facts={facts} />;
}

function HowItOrders({ supplier }: { supplier: Supplier }) {
  const { t } = useTranslation("suppliers");
  const { can } = useSession();
  const apps = useOrderingApps();
  const [isOpen, setOpen] = useState(false);
  const { channel, address } = supplier.ordering;
  const name = isOwn(channel) ? t(`ordering.channel.${channel}`) : (apps.find(({ id }) => id === channel)?.title ?? channel);
  return (
    <>
      {name}
      {address && (
        <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
          {address}
        </Typography>
      )}
      {can("supplier:write") && can("cost:read") && (
        <div>
          <Button size="small" onClick={() => setOpen(true)} sx={{ ml: -1 }}>
            {t("ordering.change")}
          </Button>
        </div>
      )}
      {isOpen && <OrderingDrawer supplier={supplier} close={() => setOpen(false)} />}
    </>
  );
}

/** Only who never sold anything can go for good; the others are made inactive. */
function Remove({ supplier }: { supplier: Supplier }) {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const navigate = route.useNavigate();
  const [isAsking, setAsking] = useState(false);
  const act = useAct(() => api.DELETE("/api/v1/suppliers/{supplier_id}", { params: { path: { supplier_id: supplier.id }, header: ifUnchanged(supplier.version) } }), {
    removes: supplier.id,
    touches: ["suppliers"],
    quiet: true,
    done: () => void navigate({ to: "/suppliers", search: {} }),
  });
  return (
    <>
      <Button color="inherit" startIcon={<DeleteIcon />} onClick={() => setAsking(true)}>
        {common("delete")}
      </Button>
      <ReasonDialog open={isAsking} title={t("delete.title", { name: supplier.name })} text={t("delete.text")} action={common("delete")} close={() => { setAsking(false); act.reset(); }} act={() => act.mutate(undefined)} busy={act.isPending} problem={act.error} />
    </>
  );
}
