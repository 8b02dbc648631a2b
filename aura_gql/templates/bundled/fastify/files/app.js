import Fastify from 'fastify';

const loanSchema = {
  body: {
    type: 'object',
    required: ['amount', 'yearlyRate', 'months'],
    additionalProperties: false,
    properties: {
      amount: { type: 'number', exclusiveMinimum: 0 },
      yearlyRate: { type: 'number', minimum: 0, maximum: 1 },
      months: { type: 'integer', minimum: 1, maximum: 600 },
    },
  },
};

/** The app without its port, so that a test can call it. */
export function buildApp(options = {}) {
  const app = Fastify(options);

  app.get('/', async () => ({ try: 'POST /loan with {"amount": 1200, "yearlyRate": 0, "months": 12}' }));

  app.post('/loan', { schema: loanSchema }, async (request) => {
    const { amount, yearlyRate, months } = request.body;
    const rate = yearlyRate / 12;
    const monthly = rate === 0 ? amount / months : (amount * rate) / (1 - (1 + rate) ** -months);
    return { monthly: Math.round(monthly * 100) / 100 };
  });

  return app;
}
