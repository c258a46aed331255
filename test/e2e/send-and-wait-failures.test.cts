/** What people are told where n8n's address or its protection is in the way of a question. */
import { DEMO_APP } from '../../simulator/demo-data.cts';
import type { Credential } from '../support/n8n-rest.cts';
import { until } from '../support/wait.cts';
import { Asking, PATIENCE } from './send-and-wait-support.cts';
import { credentialData, publishTrigger, START_TIMEOUT, useOwnN8n } from './support.cts';

/** Only the simulator can be reached; n8n itself stands at 127.0.0.1. */
const surroundings = useOwnN8n({
	N8N_SSRF_PROTECTION_ENABLED: 'true',
	N8N_SSRF_ALLOWED_HOSTNAMES: 'localhost',
});
let credential: Credential;
const asking = new Asking(() => {
	const { n8n, rest, sim } = surroundings();
	const waitForWebhook = rest.waitForWebhook.bind(rest);
	return { rest, sim, credential, url: n8n.url, waitForWebhook };
});

beforeAll(async () => {
	const { n8n, rest, sim } = surroundings();
	const baseUrl = sim.url.replace('127.0.0.1', 'localhost');
	credential = await rest.createCredential('Localhost', 'wecomApi', {
		...credentialData(sim),
		baseUrl,
	});
	await publishTrigger({ ...surroundings(), credential }, 'clicks', { events: ['text'] });
	const url = `${n8n.url}/webhook/clicks`;
	await sim.control.saveCallback(DEMO_APP.agentid, { ...DEMO_APP.callback, url });
}, START_TIMEOUT);

it('a click that n8n may not hand to itself: a message and the log say so, and the question stays open', async () => {
	const { n8n, rest, sim } = surroundings();
	const { id } = await asking.asked(asking.question());
	await asking.press('lisi', 'Approve');
	await until(
		'the person is told',
		() =>
			sim.state.messages.some(
				({ body }) =>
					body.touser === 'lisi' && /could not be recorded/.test(String(body.text?.content)),
			),
		PATIENCE,
	);
	expect(asking.seenBy('lisi').replaced).toBeUndefined();
	await until(
		'the log says what to do',
		() => n8n.logs().includes('N8N_SSRF_ALLOWED_HOSTNAMES'),
		PATIENCE,
	);
	expect((await rest.getExecution(id)).status).toBe('waiting');
});

it('a link that no phone can open: the execution and the log say so', async () => {
	const { n8n, rest } = surroundings();
	const { id } = await asking.asked(asking.question({ responseType: 'freeText' }));
	expect(n8n.logs()).toContain('no phone can open: set the environment variable N8N_WEBHOOK_URL');
	const execution = await rest.getExecution(id);
	expect(JSON.stringify(execution.runData)).toContain('WEBHOOK_URL');
});
