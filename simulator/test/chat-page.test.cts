/** The chat page in Chromium: a person writes, sees an answer grow, and presses a button. */
import { until } from '../../test/support/wait.cts';
import type { Browser, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { browserOrSkip, launchBrowser } from '../../test/support/browser.cts';
import { DEMO_BOT } from '../bot/data.cts';
import { useSimulator } from './api.cts';

const api = useSimulator();
const { botId, secret, name } = DEMO_BOT;

browserOrSkip()('the chat page', () => {
	let browser: Browser;
	let page: Page;
	beforeAll(async () => void (browser = await launchBrowser()), 60_000);
	afterAll(async () => await browser?.close());
	beforeEach(async () => void (page = await browser.newPage()));
	afterEach(async () => await page.close());

	it('shows a chat whose answer grows, and takes a click on a card', async () => {
		const socket = new WebSocket(api.sim.url.replace('http', 'ws'));
		const got: Array<{ cmd?: string; headers: { req_id: string }; body?: any }> = [];
		socket.on('message', (data: Buffer) => got.push(JSON.parse(data.toString('utf8'))));
		await new Promise((resolve) => socket.once('open', resolve));
		const send = (cmd: string, body: object, reqId = 'r') =>
			socket.send(JSON.stringify({ cmd, headers: { req_id: reqId }, body }));
		send('aibot_subscribe', { bot_id: botId, secret });
		await api.sim.bots.waitForConnection(botId);

		await page.goto(`${api.sim.url}/_chat`);
		await page.getByRole('button', { name, exact: true }).click();
		await page.getByLabel('Message').fill('What is <b>new</b>?');
		await page.keyboard.press('Enter');
		const log = page.getByRole('log');
		// Whatever people write stays text.
		await log.getByText('What is <b>new</b>?').waitFor();
		const asked = got.find(({ cmd }) => cmd === 'aibot_msg_callback')!;
		const stream = (content: string, finish: boolean) =>
			send(
				'aibot_respond_msg',
				{ msgtype: 'stream', stream: { id: 's', content, finish } },
				asked.headers.req_id,
			);
		stream('Three', false);
		await log.locator('.growing').getByText('Three').waitFor();
		stream('Three things', true);
		await log.getByText('Three things').waitFor();
		expect(await log.locator('.growing').count()).toBe(0);

		send('aibot_send_msg', {
			chatid: asked.body.from.userid,
			msgtype: 'template_card',
			template_card: {
				card_type: 'button_interaction',
				main_title: { title: 'Order 17' },
				button_list: [{ text: 'Approve', key: 'yes' }],
				task_id: 'order-17',
			},
		});
		await log.getByRole('button', { name: 'Approve' }).click();
		await until('the click', () =>
			got.some(({ body }) => body?.event?.template_card_event?.event_key === 'yes'),
		);
		const clicked = got.find(({ body }) => body?.event?.eventtype === 'template_card_event')!;
		expect(clicked.body).toMatchObject({
			from: { userid: asked.body.from.userid },
			event: { template_card_event: { event_key: 'yes', task_id: 'order-17' } },
		});
		socket.close();
	}, 60_000);
});
