package dev.rondo.server;

import dev.rondo.server.command.AccessControl;
import dev.rondo.server.config.Config;
import dev.rondo.server.config.ConfigFile;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.security.AclFile;
import dev.rondo.server.security.RuleException;
import dev.rondo.server.security.User;
import dev.rondo.server.security.Users;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users that the configuration defines: the password of "default" (requirepass), then those of its lines "user",
 * or those of the file that aclfile names. Both at once are refused. Used by one thread at a time.
 */
final class ConfiguredUsers {
    private static final Logger log = LoggerFactory.getLogger(ConfiguredUsers.class);
    private static final byte[] RESET = Ascii.bytes("reset");

    private final Config config;
    private final AccessControl access;
    private String password = "";

    ConfiguredUsers(Config config, AccessControl access) {
        this.config = config;
        this.access = access;
    }

    /** Defines the users, and from then on follows requirepass and tells CONFIG REWRITE who there is. */
    void load() throws StartException {
        boolean hasFile = !config.get(Config.ACL_FILE).isEmpty();
        if (hasFile && !config.users().isEmpty()) {
            throw new StartException(
                    "users can be defined in the configuration or in the file that aclfile names, not" + " in both");
        }
        setPassword();
        for (Map.Entry<String, List<byte[]>> user : config.users().entrySet()) {
            define(user.getKey(), user.getValue());
        }
        if (hasFile) {
            loadFile();
        }
        config.whenChanged(this::setPassword);
        config.describeUsers(() -> hasFile ? List.of() : lines());
        warnOfDisabled();
    }

    /** Does nothing unless the directive has another value: the password may have been changed in another way since. */
    private synchronized void setPassword() {
        String now = config.get(Config.REQUIRE_PASS);
        if (!now.equals(password)) {
            access.users().defaultPassword(now.getBytes(StandardCharsets.UTF_8));
            password = now;
        }
    }

    private void define(String name, List<byte[]> rules) throws StartException {
        if (!Users.isName(Ascii.bytes(name))) {
            throw new StartException("user '" + name + "': a name can't contain blanks");
        }
        List<byte[]> all = new ArrayList<>(List.of(RESET)); // whatever "default" was
        all.addAll(rules);
        try {
            access.users().set(name, all, access.rules());
        } catch (RuleException e) {
            throw new StartException("user '" + name + "': " + e.getMessage(), e);
        }
    }

    private void loadFile() throws StartException {
        AclFile file = new AclFile(Path.of(config.get(Config.DIR)), config.get(Config.ACL_FILE));
        try {
            access.users().replaceAll(file.load(access.rules()));
        } catch (RuleException e) {
            throw new StartException("aclfile: " + e.getMessage(), e);
        }
    }

    private void warnOfDisabled() {
        for (User user : access.users().all()) {
            if (!user.isEnabled()) {
                log.info("The user '{}' is disabled: its rules have no 'on'", user.name());
            }
        }
    }

    private List<String> lines() {
        return access.users().all().stream().map(ConfiguredUsers::line).toList();
    }

    private static String line(User user) {
        return String.join(
                " ",
                Arrays.stream(user.toString().split(" ", -1))
                        .map(ConfigFile::quotedWord)
                        .toList());
    }
}
