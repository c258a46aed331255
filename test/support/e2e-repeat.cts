/** Jest's setupFilesAfterEnv file of the e2e level. */

/**
 * A real n8n and a browser on a busy machine now and then miss a moment that no test can wait for. Such a test is tried
 * once more; the first failure is printed, and `.ci/run` names each test that passed only at the second attempt.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
