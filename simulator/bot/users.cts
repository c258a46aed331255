/** What users do with AI bots: write, open the chat, press buttons, give feedback. Makes the message or event and takes it to the bot. */
import { randomBytes } from 'node:crypto';
import { BotCallbacks, type Outcome } from './callbacks.cts';
import { serveFile, type UserFile } from './media.cts';
import { cardEntry } from './replies.cts';
import { BotSockets } from './sockets.cts';
import {
	addEntry,
	botMsgid,
	findBot,
	isStreaming,
	type Bot,
	type Json,
	type Turn,
} from './state.cts';
import type { Pusher, PushOptions } from '../pusher.cts';
import { now, type State } from '../state.cts';

/** Who speaks, and where: in the group `chatid`, or without one in the single chat with the bot. */
export interface Speaker {
	from?: string;
	chatid?: string;
}

/** What a user sends: one of text, voice (as the text it was turned into), image, file, video, mixed. */
export interface Content {
	text?: string;
	voice?: string;
	image?: UserFile;
	file?: UserFile;
	video?: UserFile;
	mixed?: Array<{ text?: string; image?: UserFile }>;
}

export interface UserMessage extends Speaker, Content {
	quote?: Content;
	/** Replaces or adds fields of the body. */
	fields?: Json;
	/** How the callback is delivered, in callback mode. */
	options?: PushOptions;
}

export interface UserEvent extends Speaker {
	fields?: Json;
	options?: PushOptions;
}

/** What became of a message or event on its way to the bot. */
export interface Sent {
	msgid: string;
	reqId: string;
	/** Whether the bot was connected, or its server answered with status 200. */
	delivered: boolean;
	/** Why it was not delivered, where no attempt could be made. */
	reason?: string;
	/** The body as it was sent. */
	body: Json;
	/** Every attempt to deliver it, in callback mode. */
	outcomes: Outcome[];
}

const SINGLE_ONLY = ['image', 'voice', 'file', 'video'];

export class BotUsers {
	readonly sockets: BotSockets;
	protected readonly callbacks: BotCallbacks;
	/** `http://127.0.0.1:<port>` of files and response_urls. */
	origin = '';

	constructor(
		protected readonly state: State,
		protected readonly pusher: Pusher,
		stopping: AbortSignal,
	) {
		this.sockets = new BotSockets(state, stopping);
		this.callbacks = new BotCallbacks(state, pusher, stopping);
	}

	/** A user writes to the bot; in a group the bot is mentioned. In callback mode it ends with the first answer. */
	async say(botId: string, message: UserMessage): Promise<Sent> {
		const { from = 'zhangsan', chatid, quote, fields, options } = message;
		const bot = findBot(this.side, botId);
		const said = this.#content(bot, message);
		if (chatid && SINGLE_ONLY.includes(said.msgtype))
			throw new Error(`${said.msgtype} messages reach a bot in single chats only`);
		if (chatid) mention(said, `@${bot.name} `);
		const turn = this.#turn(bot, { from, chatid }, 'message');
		const body = {
			...this.#common(bot, turn),
			...(bot.mode === 'websocket' && { create_time: Math.floor(turn.at / 1000) }),
			...this.#responseUrl(bot, turn),
			...said,
			...(quote && { quote: this.#content(bot, quote) }),
			...fields,
		};
		const { msgid } = turn;
		const busy = this.#inProgress(turn) >= this.side.maxInProgress;
		if (busy) return { ...unsent(turn, body), reason: 'too many messages in progress' };
		const text = said.text?.content ?? said.voice?.content ?? textOf(message);
		const { msgtype } = said;
		addEntry(this.state, turn, { from, via: 'user', msgtype, text, body, msgid });
		return await this.#deliver(bot, turn, 'aibot_msg_callback', body, options);
	}

	/** The user opens the single chat. Only the first entry of a day is told; `again: true` tells it in any case. */
	async enterChat(
		botId: string,
		{ again = false, ...event }: UserEvent & { again?: boolean } = {},
	) {
		const { from = 'zhangsan' } = event;
		const bot = findBot(this.side, botId);
		const turn = this.#turn(bot, { from }, 'enter_chat');
		const day = `${botId} ${from} ${new Date(turn.at).toISOString().slice(0, 10)}`;
		const body = this.#eventBody(bot, turn, { eventtype: 'enter_chat' }, event.fields);
		if (this.side.entered.has(day) && !again)
			return { ...unsent(turn, body), reason: 'not the first entry of the day' };
		this.side.entered.add(day);
		return await this.#deliver(bot, turn, 'aibot_event_callback', body, event.options);
	}

	/** The user presses a button of a card, submits it, or takes an entry of its menu. The chat is that of the card. */
	async clickCard(
		botId: string,
		click: UserEvent & {
			taskId: string;
			eventKey: string;
			/** Chosen options by question_key. */
			selected?: Record<string, string[]>;
		},
	): Promise<Sent> {
		const { taskId, eventKey, selected = {}, fields, options } = click;
		const bot = findBot(this.side, botId);
		const entry = cardEntry(this.state, botId, taskId);
		if (!entry) throw new Error(`No card with task_id ${taskId} in any chat of ${botId}`);
		const isGroup = entry.chattype === 'group';
		const from = click.from ?? (isGroup ? 'zhangsan' : entry.chat);
		const chatid = isGroup ? entry.chat : undefined;
		const turn = this.#turn(bot, { from, chatid }, 'template_card_event');
		turn.taskId = taskId;
		const items = Object.entries(selected).map(([question_key, option_id]) => ({
			question_key,
			option_ids: { option_id },
		}));
		const event = {
			eventtype: 'template_card_event',
			template_card_event: {
				card_type: entry.card!.card_type,
				event_key: eventKey,
				task_id: taskId,
				...(items.length > 0 && { selected_items: { selected_item: items } }),
			},
		};
		const body = { ...this.#eventBody(bot, turn, event, fields), ...this.#responseUrl(bot, turn) };
		return await this.#deliver(bot, turn, 'aibot_event_callback', body, options);
	}

	/** Thumbs up (1), down (2) or withdrawn (3) for the message with this feedback id. */
	async feedback(
		botId: string,
		given: UserEvent & { id: string; type?: 1 | 2 | 3; content?: string; reasons?: number[] },
	): Promise<Sent> {
		const { from = 'zhangsan', chatid, id, type = 1, content, reasons, fields, options } = given;
		const bot = findBot(this.side, botId);
		const turn = this.#turn(bot, { from, chatid }, 'feedback_event');
		const event = {
			eventtype: 'feedback_event',
			feedback_event: {
				id,
				type,
				...(content && { content }),
				...(reasons && { inaccurate_reason_list: reasons }),
			},
		};
		const body = this.#eventBody(bot, turn, event, fields);
		return await this.#deliver(bot, turn, 'aibot_event_callback', body, options);
	}

	protected get side() {
		return this.state.botSide;
	}

	#turn({ botId }: Bot, { from, chatid }: { from: string; chatid?: string }, kind: Turn['kind']) {
		const turn: Turn = {
			botId,
			chat: chatid ?? from,
			chattype: chatid ? 'group' : 'single',
			from,
			msgid: botMsgid(),
			reqId: randomBytes(16).toString('hex'),
			at: now(this.state),
			kind,
			responseUrlUsed: false,
			answered: false,
			cardSent: false,
		};
		this.side.turns.set(turn.msgid, turn);
		return turn;
	}

	#common({ botId }: Bot, { msgid, chat, chattype, from }: Turn): Json {
		return {
			msgid,
			aibotid: botId,
			...(chattype === 'group' && { chatid: chat }),
			chattype,
			from: { userid: from },
		};
	}

	#eventBody(bot: Bot, turn: Turn, event: Json, fields: Json = {}): Json {
		const create_time = Math.floor(turn.at / 1000);
		const common = { ...this.#common(bot, turn), create_time, msgtype: 'event', event };
		return { ...common, ...fields };
	}

	#responseUrl({ mode, responseUrls }: Bot, turn: Turn): Json {
		if (mode === 'websocket' && !responseUrls) return {};
		turn.responseCode = randomBytes(24).toString('base64url');
		return {
			response_url: `${this.origin}/cgi-bin/aibot/response?response_code=${turn.responseCode}`,
		};
	}

	#content(bot: Bot, { text, voice, mixed, image, file, video }: Content): Json {
		const key = bot.mode === 'callback' ? bot.callback.encodingAesKey : undefined;
		const served = (one: UserFile) => serveFile(this.state, this.origin, one, key);
		if (text !== undefined) return { msgtype: 'text', text: { content: text } };
		if (voice !== undefined) return { msgtype: 'voice', voice: { content: voice } };
		if (mixed) {
			const msg_item = mixed.map((item) => this.#content(bot, item));
			return { msgtype: 'mixed', mixed: { msg_item } };
		}
		if (image) return { msgtype: 'image', image: served(image) };
		if (file) return { msgtype: 'file', file: served(file) };
		if (video) return { msgtype: 'video', video: served(video) };
		throw new Error('Say one of text, voice, image, file, video, mixed');
	}

	#inProgress({ botId, from }: Turn): number {
		return [...this.side.turns.values()].filter(
			(one) => one.botId === botId && one.from === from && isStreaming(this.state, one),
		).length;
	}

	async #deliver(
		bot: Bot,
		turn: Turn,
		cmd: string,
		body: Json,
		options?: PushOptions,
	): Promise<Sent> {
		const sent = unsent(turn, body);
		if (bot.mode === 'websocket') {
			const frame = { cmd, headers: { req_id: turn.reqId }, body };
			const delivered = this.sockets.push(bot.botId, frame);
			return { ...sent, delivered, ...(!delivered && { reason: 'the bot is not connected' }) };
		}
		const outcomes = await this.callbacks.deliver(turn, body, options);
		return { ...sent, delivered: outcomes.at(-1)?.status === 200, outcomes };
	}
}

const unsent = ({ msgid, reqId }: Turn, body: Json): Sent => ({
	msgid,
	reqId,
	delivered: false,
	body,
	outcomes: [],
});

/** Puts the name of the bot in front of a group message that does not begin with it: WeCom leaves the mention in the text. */
function mention({ text, mixed }: Json, name: string) {
	const first = text ?? mixed?.msg_item.find((item: Json) => item.text)?.text;
	if (first && !first.content.startsWith(name)) first.content = name + first.content;
}

/** A message as words: what others in the chat would see of it. */
const textOf = ({ mixed, image, file, video }: Content): string =>
	mixed?.map((item) => item.text ?? `[${item.image!.filename}]`).join(' ') ??
	`[${(image ?? file ?? video)!.filename}]`;
