import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	ITriggerFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { CLOSED_KEY } from './answerKey';
import { forwardAnswer, type CardClick } from './forward';
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
	if (!answered?.note) return undefined;
	const { card, to, note } = answered;
	return {
		response_type: 'update_template_card',
		...(to === 'person' && { userids: [click.userid] }),
		template_card: card ?? noteCard(click, note),
	};
}

/** Where the waiting node cannot be asked any more nobody knows what the card has said. */
const noteCard = ({ taskId }: CardClick, note: string): IDataObject => ({
	card_type: 'button_interaction',
	main_title: { title: note },
	button_list: [{ type: 0, text: note, style: 4, key: CLOSED_KEY }],
	task_id: taskId,
});
