/**
 * Of the digests under which the engine knows an image, the one that the image can be pulled by again under its own
 * name. None for an image that was built here. https://docs.docker.com/reference/api/engine/ (ImageInspect, RepoDigests)
 */
export function repositoryDigest(image: string, repoDigests: readonly string[] = []): string | undefined {
  const repository = repositoryOf(image);
  return repoDigests.find((known) => repositoryOf(known) === repository);
}

/** Without tag and digest, and without what the engine leaves out of the names of Docker Hub. */
function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  const bare = name.replace(/:[^/:]*$/, '');
  return bare.replace(/^docker\.io\//, '').replace(/^library\//, '');
}
