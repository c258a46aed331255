import { WecomClient } from '../../shared/client/client';
import { companiesOf, SUITE_CREDENTIAL } from '../../shared/credentials/suiteState';
import { clean } from '../../shared/protocol/settings';
import type { OpenedCallback } from '../../shared/callback/envelope';
import type { Source } from '../delivery';
import { appSource, deliverMessage } from './app';
import { deliverCommand, SUCCESS } from './suiteCommands';

/** What comes to the command URL of a suite, where its messages and events have another one (doc 90613). */
const isCommand = ({ payload }: OpenedCallback) => typeof payload.InfoType === 'string';

/** Commands, messages and events of a service provider's suite. */
export const suiteSource: Source = {
	...appSource,
	credential: SUITE_CREDENTIAL,
	name: 'WeCom Suite API',
	where:
		'Copy it from the WeCom provider console: the page of your app or template > Callback Configuration.',
	id: {
		field: 'suiteId',
		name: 'Suite ID',
		where: 'Copy it from the WeCom provider console: the page of your app or template.',
	},
	// Commands name the suite, messages the company, provider callbacks the provider, those of an individual developer's suite
	// nobody (doc 90968).
	receiveIds: (credentials) => [
		'',
		clean(credentials.suiteId),
		clean(credentials.providerCorpId),
		...Object.keys(companiesOf(credentials)),
	],
	// No page says whose ID the check carries: the provider's, as far as is known, which need not be entered.
	checkReceivers: [],
	helpOnReceiver:
		"If it is a company that uses the app, its authorization is not stored here. Three ways on: let the company authorize the app again, enter 'Provider Corp ID' in the credential if the ID is the provider's own, or switch on the option 'Accept Any Company'",
	// A provider may keep its companies elsewhere: then the signature alone decides.
	receivers: (context) =>
		context.getNodeParameter('suiteOptions.acceptAnyCompany', false) ? [] : undefined,
	openClient: async (context, corpId) =>
		(await WecomClient.ofSuite(context)).actingAs({ kind: 'company', corpId }),
	// Commands do their work first, whatever the filters say or fail to say.
	whyUnwanted: (delivery) =>
		isCommand(delivery.opened) ? undefined : appSource.whyUnwanted(delivery),
	answerToRepetition: (delivery, claim) =>
		claim === 'busy' || !isCommand(delivery.opened)
			? appSource.answerToRepetition(delivery, claim)
			: { body: SUCCESS },
	deliver: async (delivery) =>
		isCommand(delivery.opened) ? await deliverCommand(delivery) : await deliverMessage(delivery),
};
