// A throw-away Vendure shop for tests. Environment: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE (an empty database), PORT,
// HOOK_URL and HOOK_SECRET (where Pirwa's plugin for Vendure tells what happens; without them it is left out), NODE_PATH.
// It prints `READY <port>` when it can be used, and ends with its standard input.
const fs = require('fs');
const os = require('os');
const path = require('path');
const {
  bootstrap, bootstrapWorker, DefaultJobQueuePlugin, DefaultLogger, dummyPaymentHandler, LanguageCode, LogLevel,
} = require('@vendure/core');
const { populate } = require('@vendure/core/cli');

const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), 'vendure-'));
const { PORT, HOOK_URL, HOOK_SECRET } = process.env;

const plugins = [DefaultJobQueuePlugin.init({ backoffStrategy: () => 200 })];
if (HOOK_URL) {
  const { PirwaHooksPlugin } = require('../../vendure-plugin');
  plugins.push(PirwaHooksPlugin.init({ url: HOOK_URL, secret: HOOK_SECRET }));
}

const config = {
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  apiOptions: { hostname: '127.0.0.1', port: Number(PORT), adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
  authOptions: {
    tokenMethod: ['bearer', 'api-key'],
    superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
    cookieOptions: { secret: 'test-only' },
  },
  dbConnectionOptions: { type: 'postgres', synchronize: true, logging: false },
  customFields: { ProductVariant: [{ name: 'gtin', type: 'string' }] },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  importExportOptions: { importAssetsDir: FOLDER },
  plugins,
};

const INITIAL_DATA = {
  defaultLanguage: LanguageCode.en,
  defaultZone: 'Europe',
  countries: [{ name: 'United Kingdom', code: 'GB', zone: 'Europe' }],
  taxRates: [{ name: 'Standard Tax', percentage: 20 }],
  shippingMethods: [{ name: 'Standard Shipping', price: 500 }],
  paymentMethods: [{
    name: 'Standard Payment',
    handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] },
  }],
  collections: [],
  roles: [],
};

const PRODUCTS = `name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets
Gadget,gadget,A gadget,,,,,G-1,19.50,standard,0,true,,
`;

async function main() {
  const csv = path.join(FOLDER, 'products.csv');
  fs.writeFileSync(csv, PRODUCTS);
  // The seeded application is kept: closing it here would cut the job queue's open transaction.
  await populate(() => bootstrap(config), INITIAL_DATA, csv);
  const worker = await bootstrapWorker(config);
  await worker.startJobQueue();
  console.log(`READY ${PORT}`);
}

process.on('exit', () => fs.rmSync(FOLDER, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit(0));
process.stdin.on('end', () => process.exit(0)).resume();
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
