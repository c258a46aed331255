/** What a person reads when the demo has played. */
import type { N8n } from '../test/support/n8n.cts';
import { OWNER } from '../test/support/n8n-rest.cts';
import { DEMO_BOT } from '../simulator/bot/data.cts';
import { DEMO_APP } from '../simulator/demo-data.cts';
import type { Simulator } from '../simulator/server.cts';
import type { SentMessage } from '../simulator/state.cts';
import { loginLink, type Callback, type Story } from './story.cts';
import { CREDENTIAL_NAME, WORKFLOW_KEYS, type DemoWorkflows } from './workflows.cts';

export function summary(story: Story, simulator: Simulator, workflows: DemoWorkflows): string {
	const { verification, callbacks, login, chats, executions } = story;
	return [
		'',
		`Callbacks WeCom sent to ${story.callbackUrl}`,
		row('URL verification', `${verification.status} in ${verification.ms} ms: saved`),
		...callbacks.map((callback) => row(callback.what, answered(callback))),
		'',
		'Executions',
		...WORKFLOW_KEYS.map((key) =>
			row(
				workflows[key].name,
				executions[key].map(({ id, status }) => `#${id} ${status}`).join(', ') || 'none',
			),
		),
		'',
		'Messages WeCom received',
		...simulator.messages.map((message) => row(receiver(message), content(message, simulator))),
		`  access tokens fetched: ${simulator.control.tokenCalls(DEMO_APP.agentid)}`,
		'',
		'Login',
		row('redirected to', login.redirect.replace(/\bcode=[^&]*/, 'code=…')),
		row('the workflow answered', `${login.status} ${JSON.stringify(textOf(login.page))}`),
		'',
		'Chats with the AI bot',
		...chats.map(({ chat, from, text, stream }) =>
			row(`${chat}: ${from === DEMO_BOT.botId ? 'the bot' : from}`, shown(text, stream?.updates)),
		),
		'',
	].join('\n');
}

export function whatNow(n8n: N8n, simulator: Simulator, workflows: DemoWorkflows): string {
	const push = JSON.stringify([
		DEMO_APP.agentid,
		{ kind: 'text', fields: { FromUserName: 'lisi', Content: 'hello' } },
	]);
	const message = JSON.stringify([DEMO_BOT.botId, { from: 'lisi', text: 'Who is emma.brown?' }]);
	return [
		'Look at it',
		row('n8n', n8n.url),
		row('e-mail', OWNER.email),
		row('password', OWNER.password),
		row('start with', `${n8n.url}/workflow/${workflows.reply.id}`),
		row('simulator (Base URL)', `${simulator.url}, in the credential "${CREDENTIAL_NAME}"`),
		'',
		'Try it',
		'  write to the AI bot, read its growing answers and press cards (open in a browser):',
		`    ${simulator.url}/_chat`,
		'  another message to the app:',
		`    curl -s ${simulator.url}/_control/push -d '${push}'`,
		'  what WeCom has received:',
		`    curl -s ${simulator.url}/_control/messages`,
		'  write to the AI bot, and see its chats:',
		`    curl -s ${simulator.url}/_control/bots/say -d '${message}'`,
		`    curl -s -X POST ${simulator.url}/_control/bots/transcript`,
		'  log in (open in a browser):',
		`    ${loginLink(n8n.url)}`,
		'',
		'Ctrl-C ends everything and removes it.',
		'',
	].join('\n');
}

/** A stream with all it has shown. */
const shown = (text: string, updates = [{ content: text }]) =>
	updates.map(({ content }) => JSON.stringify(content)).join(', then ');

const row = (name: string, value: string) => `  ${name.padEnd(36)} ${value}`;

function answered({ attempts, ignored }: Callback): string {
	const answers = attempts.map(({ status, error }) => status ?? error).join(', ');
	return ignored ? `${answers}: ${ignored}, started nothing` : answers;
}

function receiver({ msgtype, body, recipients }: SentMessage): string {
	const to = body.touser ?? `department ${body.toparty} (${recipients.length} members)`;
	return `${msgtype} to ${to}`;
}

function content({ msgtype, body }: SentMessage, { state }: Simulator): string {
	if (msgtype !== 'file') return JSON.stringify(body[msgtype].content);
	const file = state.media.get(body.file.media_id);
	return `${file?.filename} (${file?.content.length} bytes)`;
}

/** The words on an HTML page. */
export function textOf(page: string): string {
	return page
		.replace(/<(title|style)>.*?<\/\1>/gs, '')
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
}
