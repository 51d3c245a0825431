package dev.rondo.server.security;

/**
 * What a request does with one of its keys. With a key that it neither reads nor writes, it asks only whether it is
 * there, for instance.
 *
 * @param at which of the arguments the key is
 * @param reads whether the request lets its client see the value, or a part of it
 * @param writes whether the request changes, adds or removes the key
 */
public record KeyAccess(int at, boolean reads, boolean writes) {}
