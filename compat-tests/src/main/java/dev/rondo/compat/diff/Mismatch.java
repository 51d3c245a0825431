package dev.rondo.compat.diff;

/**
 * The first difference of an episode.
 *
 * @param stepIndex the step that showed it, or the number of steps if the keyspace afterwards did
 * @param subject what kind of thing differs: a command's name, or an aspect of the keyspace
 * @param detail what the model and the candidate said
 */
record Mismatch(int stepIndex, String subject, String detail) {}
