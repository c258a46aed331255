import type { IWebhookFunctions } from 'n8n-workflow';
import { connectedBot } from '../shared/bot/connectedBots';
import type { WecomClient } from '../shared/client/client';
import { cut } from './card';
import { CREDENTIALS } from './credentials';
import { isOneOf } from './people';
import type { Question } from './question';
import { WORDS } from './texts';
import { votesIn } from './votes';

/** WeCom takes no longer text message (doc 90236). */
const MAX_TEXT = 600;

/** Reminds those who have been asked and have not answered. Throws what WeCom answers. */
export async function remind(
	context: IWebhookFunctions,
	question: Question,
	client?: WecomClient,
): Promise<void> {
	const { title, message, reminderText, language, answerBy, ask, to, sent } = question;
	const page = context.getSignedResumeUrl({ ask, lang: language });
	const first = reminderText ?? WORDS[language].reminder;
	const lines = [first, title, cut(message, MAX_TEXT)];
	if (!client) {
		const bot = connectedBot(await context.getCredentials(CREDENTIALS.bot));
		if (!bot) throw new Error('this process of n8n does not hold the connection of the bot');
		const markdown = { content: lines.join('\n\n') };
		await bot.request('aibot_send_msg', { chatid: to.chatid, msgtype: 'markdown', markdown });
		return;
	}
	const link = answerBy === 'link' ? [`<a href="${page}">${WORDS[language].respond}</a>`] : [];
	const text = { content: [...lines, ...link].join('\n') };
	const isGroup = to.chatid !== undefined;
	const recipients = isGroup ? to : await missing(context, question);
	await client.call({
		method: 'POST',
		path: isGroup ? '/cgi-bin/appchat/send' : '/cgi-bin/message/send',
		body: {
			...recipients,
			msgtype: 'text',
			text,
			...(isGroup ? {} : { agentid: Number(sent.agentId) }),
		},
		repeatable: false,
	});
}

/** Those who have to answer and have not yet, where it is known who has to; else everybody who was asked. */
async function missing(
	context: IWebhookFunctions,
	{ allowed, needed, source, ask, to }: Question,
): Promise<Question['to']> {
	if (!allowed || needed === 1) return to;
	const answered = votesIn(await context.getCredentials(CREDENTIALS[source]), ask).map(
		({ userid }) => userid,
	);
	return { touser: allowed.filter((userid) => !isOneOf(answered, userid)).join('|') };
}
