import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	ITriggerFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { CLOSED_KEY, languageOfKey } from './answerKey';
import { forwardAnswer, type Answered, type CardClick } from './forward';
import { BOT_CREDENTIAL } from '../credentials/aiBot';

/**
 * Hands over a click on a card of an AI bot. The result is what WeCom is to be answered within five seconds: the card as it is
 * to look now (doc 101836). Undefined when it stays as it is. Never throws.
 */
export async function answerToBot(
	context: IWebhookFunctions | ITriggerFunctions,
	credentials: ICredentialDataDecryptedObject,
	click: CardClick,
): Promise<IDataObject | undefined> {
	const answered = await forwardAnswer(context, BOT_CREDENTIAL, credentials, click);
	if (!answered) return undefined;
	const { card = cardWithoutQuestion(click, answered), to } = answered;
	if (!card) return undefined;
	return {
		response_type: 'update_template_card',
		...(to !== 'all' && { userids: [click.userid] }),
		template_card: card,
	};
}

const FAILED = {
	en: { title: 'Your answer could not be recorded', button: 'Try again' },
	zh: { title: '您的答复未能记录', button: '再试一次' },
};

/** Where the waiting node cannot be asked nobody knows what the card has said. */
function cardWithoutQuestion(
	{ key, taskId, selected }: CardClick,
	{ answered, note }: Answered,
): IDataObject | undefined {
	const { title, button } = FAILED[languageOfKey(key)];
	if (note) return cardWith(taskId, note, { text: note, style: 4, key: CLOSED_KEY });
	// A button takes no choices along: those stay in the card as it is.
	const canTryAgain = answered === 'failed' && Object.keys(selected).length === 0;
	return canTryAgain ? cardWith(taskId, title, { text: button, style: 1, key }) : undefined;
}

const cardWith = (taskId: string, title: string, button: IDataObject): IDataObject => ({
	card_type: 'button_interaction',
	main_title: { title },
	button_list: [{ type: 0, ...button }],
	task_id: taskId,
});
