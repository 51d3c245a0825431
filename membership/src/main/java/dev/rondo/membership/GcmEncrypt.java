package dev.rondo.membership;

import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jgroups.Message;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.EncryptHeader;
import org.jgroups.protocols.SYM_ENCRYPT;
import org.jgroups.util.Util;

/**
 * Encrypts the contents of all bus messages with AES in Galois/Counter Mode, which also proves that they were not
 * changed. JGroups's own protocol offers this mode only by name: it hands the cipher parameters of another kind, which
 * the JDK refuses. Public because JGroups makes it by reflection; not for other use.
 */
@SuppressWarnings("unchecked") // a generic method of a superclass is overridden so in JGroups itself
public final class GcmEncrypt extends SYM_ENCRYPT {

    static final String ALGORITHM = "AES/GCM/NoPadding";
    static final int IV_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** Called by JGroups. */
    public GcmEncrypt() {
        setId(ClassConfigurator.getProtocolId(SYM_ENCRYPT.class));
    }

    private static byte[] crypt(int mode, Key key, byte[] iv, byte[] buffer, int offset, int length)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(ALGORITHM);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, iv));
        return cipher.doFinal(buffer, offset, length);
    }

    @Override
    protected byte[] code(byte[] buffer, int offset, int length, byte[] iv, boolean decode) throws Exception {
        Key key = secretKey();
        return crypt(decode ? Cipher.DECRYPT_MODE : Cipher.ENCRYPT_MODE, key, iv, buffer, offset, length);
    }

    @Override
    protected Message _decrypt(Cipher unused, Key key, Message message, EncryptHeader header) throws Exception {
        if (!message.hasPayload()) {
            return message;
        }
        byte[] clear = crypt(
                Cipher.DECRYPT_MODE, key, header.iv(), message.getArray(), message.getOffset(), message.getLength());
        return header.needsDeserialization()
                ? Util.messageFromBuffer(clear, 0, clear.length)
                : message.setArray(clear, 0, clear.length);
    }
}
