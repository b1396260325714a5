// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft.transport;

import java.io.IOException;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.Parser;

/** One message as it came. */
public record Frame(Kind kind, ByteString bytes) {
    /**
     * The message. Its byte strings are parts of the frame and no copies of it.
     *
     * @throws IOException if it is none of that type
     */
    public <M extends MessageLite> M message(Parser<M> parser) throws IOException {
        CodedInputStream input = bytes.newCodedInput();
        input.enableAliasing(true);
        M message = parser.parseFrom(input);
        input.checkLastTagWas(0);
        return message;
    }
}
