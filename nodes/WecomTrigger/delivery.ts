import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { WecomClient } from '../shared/client/client';
import type { Claim } from '../shared/callback/dedupe';
import type { OpenedCallback } from '../shared/callback/envelope';
import type { CallbackResponse, PreparedAnswer } from './response';
import type { CredentialSource, NodeSecrets } from './secrets';

/** One callback that WeCom has proven to be its own, on its way to the workflow. */
export interface Delivery {
	context: IWebhookFunctions;
	response: CallbackResponse;
	source: Source;
	/** The payload, its classification and its receiver. */
	opened: OpenedCallback;
	secrets: NodeSecrets;
	/** When it arrived: milliseconds since the epoch. */
	at: number;
	/** Ends the claim on it: stored, or free for the repetition that WeCom is asked for. Only the first call counts. */
	settle(stored: boolean): void;
	/** Tells, once, whether n8n has stored the execution, be it after several tries. Nobody knows before, however long it takes. */
	whenStored(listener: (stored: boolean) => void): void;
	/** The address of this process that it came to. */
	here?: string;
}

/** Why a callback does not start the workflow, in words for the person who tests it. */
export interface Unwanted {
	kind: string;
	reason: string;
}

/** What differs between the sources of callbacks: an app, a suite, an AI bot. */
export interface Source extends CredentialSource {
	/** The receivers accepted when WeCom checks the URL, if not those of the credential; an empty list accepts every one. */
	checkReceivers?: readonly string[];
	/** The same for callbacks; undefined for those of the credential. */
	receivers?(context: IWebhookFunctions): readonly string[] | undefined;
	/** What to do about a receiver that the credential does not name; goes behind the reason. */
	helpOnReceiver?: string;
	/** The client that acts for the company of a callback. */
	openClient(context: IWebhookFunctions, corpId: string): Promise<WecomClient>;
	/** What WeCom asks of the trigger itself; true when that is answered. */
	answerItself?(delivery: Delivery): boolean;
	/** Hands a click on a send-and-wait card to the execution that waits for it; true when it is one. */
	takeClick(delivery: Delivery): Promise<boolean>;
	/** What the form says against it. */
	whyUnwanted(delivery: Delivery): Unwanted | undefined | Promise<Unwanted | undefined>;
	/** What a repetition shares with the first attempt. */
	keyOf(opened: OpenedCallback): string;
	/** What a repetition is answered; undefined when WeCom has to come back for the outcome of the first attempt. */
	answerToRepetition(
		delivery: Delivery,
		claim: Exclude<Claim, 'first'>,
	): PreparedAnswer | undefined;
	/** Prepares the answer and makes the items of the workflow; without any it has answered. */
	deliver(delivery: Delivery): Promise<INodeExecutionData[]>;
}

/** For the log of n8n. */
export function warn(context: IWebhookFunctions, what: string): void {
	context.logger.warn(`WeCom Trigger ${what}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}
