package dev.rondo.server.command;

/**
 * How a client wants to be told of what it caches.
 *
 * @param redirect the id of the client that is told instead; 0 for the client itself
 * @param broadcast of every key with one of its prefixes, not of the keys that it has read
 * @param optIn of what it reads only right behind CLIENT CACHING YES
 * @param optOut not of what it reads right behind CLIENT CACHING NO
 * @param noLoop not of what it changes itself
 */
record TrackingOptions(long redirect, boolean broadcast, boolean optIn, boolean optOut, boolean noLoop) {}
