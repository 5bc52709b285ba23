/**
 * Among the names of a job's secrets: all that the repository has. Only translated files have it, for Travis gives the
 * settings of a repository to every job of it; it is no name that a secret can have.
 */
export const everySecret = '*';
