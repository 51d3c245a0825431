package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.security.Account;
import dev.rondo.server.security.Users;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which clients CLIENT KILL means: those for which every option given holds. */
final class ClientFilter {
    /** The classes of clients, as CLIENT LIST and CLIENT KILL name them. */
    enum Type {
        NORMAL,
        MASTER,
        REPLICA,
        PUBSUB;

        static Type of(byte[] word) {
            String name = Ascii.string(word).toLowerCase(Locale.ROOT);
            return switch (name) {
                case "normal" -> NORMAL;
                case "master" -> MASTER;
                case "slave", "replica" -> REPLICA;
                case "pubsub" -> PUBSUB;
                default -> throw new CommandException("ERR Unknown client type '" + Ascii.string(word) + "'");
            };
        }

        /** Masters and replicas are no clients here: nodes talk over the cluster bus. */
        boolean includes(Client client) {
            return this == (client.isSubscribed() ? PUBSUB : NORMAL);
        }
    }

    private long id;
    private @Nullable Type type;
    private @Nullable String address;
    private @Nullable String localAddress;
    private @Nullable Account user;
    private boolean skipsCaller = true;

    private ClientFilter() {}

    /** The old form: the client with that address, which may be the caller. */
    static ClientFilter ofAddress(byte[] address) {
        ClientFilter filter = new ClientFilter();
        filter.address = Ascii.string(address);
        filter.skipsCaller = false;
        return filter;
    }

    /** Pairs of option and value from the argument {@code from} on. */
    static ClientFilter parse(Call call, int from, Users users) {
        ClientFilter filter = new ClientFilter();
        for (int i = from; i < call.count(); i += 2) {
            if (i + 1 == call.count()) {
                throw CommandException.syntax();
            }
            filter.option(Ascii.string(call.argument(i)).toLowerCase(Locale.ROOT), call.argument(i + 1), users);
        }
        return filter;
    }

    private void option(String name, byte[] value, Users users) {
        switch (name) {
            case "id" -> id = Arguments.toLong(value, 1, Long.MAX_VALUE, "ERR client-id should be greater than 0");
            case "type" -> type = Type.of(value);
            case "addr" -> address = Ascii.string(value);
            case "laddr" -> localAddress = Ascii.string(value);
            case "user" -> {
                user = users.find(Ascii.string(value));
                if (user == null) {
                    throw new CommandException("ERR No such user '" + Ascii.string(value) + "'");
                }
            }
            case "skipme" -> skipsCaller = yesOrNo(value);
            default -> throw CommandException.syntax();
        }
    }

    private static boolean yesOrNo(byte[] word) {
        if (Arguments.is(word, "yes")) {
            return true;
        }
        if (Arguments.is(word, "no")) {
            return false;
        }
        throw CommandException.syntax();
    }

    boolean matches(Client client, Client caller) {
        return (id == 0 || client.id() == id)
                && (type == null || type.includes(client))
                && (address == null || address.equals(client.connection().remoteAddress()))
                && (localAddress == null
                        || localAddress.equals(client.connection().localAddress()))
                && (user == null || user == client.account())
                && !(skipsCaller && client == caller);
    }
}
