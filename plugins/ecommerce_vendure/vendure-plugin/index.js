// Tells Pirwa that an order, a level of stock or the catalogue of this shop has changed, by webhooks signed as Standard Webhooks.
//
// A message says what has changed, and nothing of what it is now: Pirwa asks for that. It is stored as a job in the transaction of the
// change itself, so that it is neither lost nor sent for what was taken back, and the shop's worker sends it, again and again if need be.
const crypto = require('crypto');
const {
  ConfigService, EventBus, HistoryEntryEvent, JobQueueService, PluginCommonModule, ProductEvent, ProductVariantEvent,
  StockMovementEvent, VendurePlugin,
} = require('@vendure/core');

const QUEUE = 'pirwa-hooks';
const RETRIES = 20;
const SECONDS = 10;
const CART_STATES = ['AddingItems', 'ArrangingPayment'];

class PirwaHooksPlugin {
  static init(options) {
    PirwaHooksPlugin.options = { ...options, key: keyOf(options.secret) };
    return PirwaHooksPlugin;
  }

  constructor(events, jobs, config) {
    this.events = events;
    this.jobs = jobs;
    this.config = config;
  }

  async onModuleInit() {
    this.queue = await this.jobs.createQueue({ name: QUEUE, process: (job) => send(job.data, PirwaHooksPlugin.options) });
  }

  onApplicationBootstrap() {
    this.on(HistoryEntryEvent, (event) => this.orderChanged(event));
    this.on(StockMovementEvent, (event) => this.stockChanged(event));
    this.on(ProductVariantEvent, (event) => this.tell(event.ctx, 'catalogue.changed', {}));
    this.on(ProductEvent, (event) => this.tell(event.ctx, 'catalogue.changed', {}));
  }

  on(event, handler) {
    this.events.registerBlockingEventHandler({ event, id: `pirwa-${event.name}`, handler });
  }

  // Whatever happens to an order is written into its history: payments, fulfilments, cancellations, refunds, changes of state.
  async orderChanged({ ctx, entity, historyType, input }) {
    const isCart = input && input.data && CART_STATES.includes(input.data.to);
    if (historyType === 'order' && entity.order && !isCart) {
      await this.tell(ctx, 'order.changed', { orders: [this.id(entity.order.id)] });
    }
  }

  async stockChanged({ ctx, stockMovements }) {
    const levels = stockMovements.filter((movement) => movement.productVariant).map((movement) => {
      const location = movement.stockLocationId ?? movement.stockLocation?.id;
      return { variant: this.id(movement.productVariant.id), location: location == null ? null : this.id(location) };
    });
    if (levels.length) await this.tell(ctx, 'stock.changed', { levels });
  }

  async tell(ctx, type, data) {
    const message = { id: `msg_${crypto.randomUUID()}`, body: JSON.stringify({ type, timestamp: new Date().toISOString(), data }) };
    await this.queue.add(message, { ctx, retries: RETRIES });
  }

  // As the Admin API says it.
  id(primaryKey) {
    return String(this.config.entityOptions.entityIdStrategy.encodeId(primaryKey));
  }
}

function keyOf(secret) {
  if (!secret.startsWith('whsec_')) throw new Error('the secret must begin with whsec_');
  return Buffer.from(secret.slice('whsec_'.length), 'base64');
}

// A repetition has the id of the first, and a time and signature of its own.
async function send({ id, body }, { url, key }) {
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = crypto.createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const answer = await fetch(url, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(SECONDS * 1000),
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${signature}`,
    },
  });
  if (!answer.ok) throw new Error(`Pirwa answered ${answer.status}`);
}

Reflect.defineMetadata('design:paramtypes', [EventBus, JobQueueService, ConfigService], PirwaHooksPlugin);
VendurePlugin({ imports: [PluginCommonModule], compatibility: '^3.0.0' })(PirwaHooksPlugin);

module.exports = { PirwaHooksPlugin };
