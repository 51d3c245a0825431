package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file of users (directive aclfile): one on a line, "user", the name and the rules, separated by single blanks. Its
 * methods wait for the disk. Thread-safe.
 */
public final class AclFile {
    private final Path path;
    private final String shownPath;

    /** {@code configured} is how the directive names the file, which stands in {@code folder} unless it is absolute. */
    public AclFile(Path folder, String configured) {
        this.path = folder.resolve(configured);
        this.shownPath = configured;
    }

    /**
     * The users that the file describes.
     *
     * @throws RuleException with all that is wrong, in one line
     */
    public List<User> load(AclRules rules) throws RuleException {
        String text;
        try {
            text = Ascii.string(Files.readAllBytes(path));
        } catch (IOException e) {
            throw new RuleException("Error loading ACLs, opening file '" + shownPath + "': " + reason(e));
        }
        List<User> users = new ArrayList<>();
        Set<String> names = new HashSet<>();
        StringBuilder mistakes = new StringBuilder();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String trimmed = trimmed(line, " \t\r\n");
            if (!trimmed.isEmpty()) {
                readLine(trimmed, number, rules, names, users, mistakes);
            }
        }
        if (!mistakes.isEmpty()) {
            throw new RuleException(mistakes + "WARNING: ACL errors detected, no change to the previously active ACL"
                    + " rules was performed");
        }
        return users;
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "No such file or directory" : String.valueOf(e.getMessage());
    }

    private void readLine(
            String line, int number, AclRules rules, Set<String> names, List<User> users, StringBuilder mistakes) {
        String at = shownPath + ":" + number;
        String[] words = line.split(" ", -1);
        if (!words[0].equals("user") || words.length < 2) {
            mistakes.append(at).append(" should start with user keyword followed by the username. ");
            return;
        }
        String name = words[1];
        if (SelectorRules.hasBlanks(name)) {
            mistakes.append("'")
                    .append(at)
                    .append(": username '")
                    .append(name)
                    .append("' contains invalid characters. ");
            return;
        }
        if (!names.add(name)) {
            mistakes.append("WARNING: Duplicate user '")
                    .append(name)
                    .append("' found on line ")
                    .append(number)
                    .append(". ");
            return;
        }
        List<byte[]> operations = new ArrayList<>();
        for (int i = 2; i < words.length; i++) {
            operations.add(Ascii.bytes(trimmed(words[i], "\t\r\n")));
        }
        User user = rules.read(name, operations, new MistakesOfLine(at, mistakes));
        if (user != null) {
            users.add(user);
        }
    }

    /** Tells the first mistake of a line, and every name that is not known, but no rule that may be a secret. */
    private static final class MistakesOfLine implements AclRules.Mistakes {
        private final String at;
        private final StringBuilder text;
        private boolean told;

        MistakesOfLine(String at, StringBuilder text) {
            this.at = at;
            this.text = text;
        }

        @Override
        public void unreadable() {
            text.append(at).append(": Unmatched parenthesis in selector definition.");
        }

        @Override
        public void wrong(byte[] rule, RuleException why) {
            if (why.isUnknownName()) {
                text.append(at)
                        .append(": Error in applying operation '")
                        .append(Ascii.cString(rule))
                        .append("': ");
                text.append(why.getMessage()).append(". ");
            } else if (!told) {
                text.append(at).append(": ").append(why.getMessage()).append(". ");
                told = true;
            }
        }
    }

    private static String trimmed(String text, String blanks) {
        int from = 0;
        int to = text.length();
        while (from < to && blanks.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (from < to && blanks.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    /**
     * Replaces the file, as a whole and once the new one is on disk.
     *
     * @throws IOException when that fails; the old file is then as it was
     */
    public synchronized void save(Collection<User> users) throws IOException {
        StringBuilder text = new StringBuilder();
        users.forEach(user -> text.append(user).append('\n'));
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try (FileChannel file = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(Ascii.bytes(text.toString()));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
