/** Template cards of apps as people see and press them: each has a copy of their own, and a click brings a code to change it with. */
import { randomBytes } from 'node:crypto';
import { WecomError } from './errors.cts';
import { HOUR, now, type SentMessage, type State } from './state.cts';
import type { XmlFields } from './xml.cts';

type Json = Record<string, any>;

/** A response_code works once, for 72 hours (doc 94888). */
export interface CardCode {
	msgid: string;
	at: number;
	used: boolean;
}

/** A change of a card; without `userids` it is everybody's. */
export interface CardChange {
	at: number;
	userids?: string[];
	card?: Json;
	/** The words of the button that takes the place of all others, and cannot be pressed. */
	replaced?: string;
}

const CODE_LIFETIME = 72 * HOUR;

export function issueCardCode(state: State, msgid: string): string {
	const code = randomBytes(48).toString('base64url');
	state.cardCodes.set(code, { msgid, at: now(state), used: false });
	return code;
}

/**
 * Uses a response_code up and gives the message whose card it changes. Undefined for a code that no card has had: it is taken as
 * it is, like all made-up IDs.
 */
export function useCardCode(state: State, code: string): SentMessage | undefined {
	const known = state.cardCodes.get(code);
	if (!known) return undefined;
	if (known.used || now(state) - known.at > CODE_LIFETIME) throw new WecomError(60140);
	known.used = true;
	return state.messages.find(({ msgid }) => msgid === known.msgid);
}

export interface SeenCard {
	card: Json;
	/** The words of the one button that is left, once the buttons are greyed out. */
	replaced?: string;
}

/** The card as somebody sees it now. */
export function cardSeenBy(state: State, taskId: string, userid: string): SeenCard {
	const message = messageOf(state, taskId);
	const seen: SeenCard = { card: message.body.template_card };
	for (const { userids, card, replaced } of message.cardChanges ?? []) {
		if (userids && !userids.includes(userid)) continue;
		if (card) seen.card = card;
		seen.replaced = card ? card.replace_text : replaced;
	}
	return seen;
}

export interface Press {
	taskId: string;
	userid: string;
	/** The words on the button; without them it is the submit button that is pressed. */
	button?: string;
	/** Chosen options by question_key. */
	selected?: Record<string, string[]>;
	/** The card that somebody still sees who has not been told of the change, or to whom it was forwarded. */
	stale?: boolean;
}

/** What WeCom tells the app about a click (doc 90240). Throws for a button that the person cannot press. */
export function pressed(state: State, press: Press): { agentid: number; fields: XmlFields } {
	const { taskId, userid, button, selected = {}, stale } = press;
	const message = messageOf(state, taskId);
	const seen: SeenCard = stale
		? { card: message.body.template_card }
		: cardSeenBy(state, taskId, userid);
	if (!stale && !message.recipients.includes(userid))
		throw new Error(`${userid} has no card ${taskId}`);
	if (seen.replaced !== undefined)
		throw new Error(`The card says "${seen.replaced}" and cannot be pressed`);
	const { button_list = [], submit_button, card_type } = seen.card;
	const found = button ? button_list.find(({ text }: Json) => text === button) : submit_button;
	if (!found) throw new Error(`The card has no button "${button ?? 'submit'}"`);
	if (!found.key) throw new Error(`The button "${button}" opens ${found.url}`);
	const items = Object.entries(selected).map(([QuestionKey, OptionId]) => ({
		QuestionKey,
		OptionIds: { OptionId },
	}));
	const fields: XmlFields = {
		ToUserName: state.corpid,
		FromUserName: userid,
		CreateTime: Math.floor(now(state) / 1000),
		MsgType: 'event',
		Event: 'template_card_event',
		EventKey: found.key,
		TaskId: taskId,
		CardType: card_type,
		ResponseCode: issueCardCode(state, message.msgid),
		AgentID: message.agentid,
		...(items.length > 0 && { SelectedItems: { SelectedItem: items } }),
	};
	return { agentid: message.agentid, fields };
}

function messageOf(state: State, taskId: string): SentMessage {
	const message = state.messages.find(({ body }) => body.template_card?.task_id === taskId);
	if (!message) throw new Error(`No card with task_id ${taskId}`);
	return message;
}
