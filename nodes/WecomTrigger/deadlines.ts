/**
 * Every limit of time on a callback's way, in milliseconds, with its reason. WeCom hangs up after five seconds and sends the
 * callback again (doc 90930); after one second where an authorization of a suite changes (doc 100964).
 */

/** From the arrival: a person sees the first answer of an AI bot within a second, however far n8n is. */
export const FIRST_ANSWER_MS = 800;

/** From the arrival: the answer to a changed authorization of a suite reaches WeCom within its one second. */
export const URGENT_MS = 800;

/** From the arrival: files and messages are fetched until then, and n8n needs the rest of the time to store the execution. */
export const FETCH_UNTIL_MS = 3_500;

/**
 * How long a question of WeCom after the stream of a reply waits for something new: the words are there at once, and fewer questions
 * leave n8n the time for the agents. WeCom waits for five seconds, of which an n8n that is busy may need most.
 */
export const QUESTION_WAITS_MS = 1_000;

/** An AI Agent that says nothing for this long waits for a tool; one that has said all is followed by the rest of the workflow. */
export const TOOL_STATUS_AFTER_MS = 1_200;

/** How long a repetition waits for the outcome of the first attempt: WeCom still gets an answer in time. */
export const WAIT_FOR_FIRST_ATTEMPT_MS = 4_000;

/** From the arrival: a reply of the workflow still reaches WeCom then. */
export const REPLY_WITHIN_MS = 4_500;

/** How long a changed authorization is waited for: what WeCom tells in that time is in the item. */
export const NEWS_OF_COMPANY_MS = 500;

/** How long files are fetched once WeCom has been told to come back: nobody waits for the answer any more. */
export const PATIENT_MS = 30_000;

/** When customer service messages are fetched again after none could be had: the Token of the callback lives ten minutes. */
export const FETCH_AGAIN_AFTER_MS: readonly number[] = [15_000, 45_000, 120_000];

/** How long the next reading of an account waits for n8n to store what the one before has read, before it goes on from there. */
export const READ_ON_AFTER_MS = 1_000;

/** How long the secrets of a node are kept in memory: reading them costs more than all the rest of a callback. */
export const KEEP_SECRETS_MS = 5_000;

/** A flood of bad signatures costs one reading of the credential in this time. */
export const REREAD_SECRETS_AFTER_MS = 1_000;
