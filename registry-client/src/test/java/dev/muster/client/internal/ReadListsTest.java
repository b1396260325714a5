// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.muster.client.ServiceInstance;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.LookupRequest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadListsTest {
    private static final LookupRequest WEB =
            LookupRequest.newBuilder().setNamespace("default").setService("web").build();

    private final ReadLists lists = new ReadLists();

    @Test
    void listThatIsSentAgainIsTheSame() {
        List<ServiceInstance> first = lists.instances(WEB, List.of(instance("a", 1), instance("b", 1)));

        assertThat(first).extracting(ServiceInstance::id).containsExactly("a", "b");
        assertThat(lists.instances(WEB, List.of(instance("a", 1), instance("b", 1))))
                .isSameAs(first);
    }

    @Test
    void onlyWhatChangedIsMadeAgain() {
        List<ServiceInstance> first =
                lists.instances(WEB, List.of(instance("a", 1), instance("b", 1), instance("c", 1)));
        List<ServiceInstance> next = lists.instances(WEB, List.of(instance("a", 1), instance("b", 2)));

        assertThat(next).extracting(ServiceInstance::weight).containsExactly(1, 2);
        assertThat(next.get(0)).isSameAs(first.get(0));
        assertThat(lists.instances(WEB, List.of())).isEmpty();
        assertThat(lists.instances(WEB, List.of(instance("b", 2), instance("d", 4))))
                .extracting(ServiceInstance::weight)
                .containsExactly(2, 4);
    }

    @Test
    void questionsAreKeptApart() {
        lists.instances(WEB, List.of(instance("a", 1)));

        assertThat(lists.instances(WEB.toBuilder().setAll(true).build(), List.of(instance("b", 1))))
                .extracting(ServiceInstance::id)
                .containsExactly("b");
        assertThat(lists.instances(WEB.toBuilder().setNamespace("other").build(), List.of(instance("c", 1))))
                .extracting(ServiceInstance::id)
                .containsExactly("c");
        assertThat(lists.instances(WEB.toBuilder().setId("d").build(), List.of(instance("d", 1))))
                .extracting(ServiceInstance::id)
                .containsExactly("d");
        assertThat(lists.instances(WEB, List.of(instance("a", 1))))
                .extracting(ServiceInstance::id)
                .containsExactly("a");
    }

    @Test
    void whatIsKeptIsBounded() {
        List<ServiceInstance> first = lists.instances(WEB, List.of(instance("a", 1)));
        for (int i = 0; i < ReadLists.MOST_KEPT; i++) {
            lists.instances(WEB.toBuilder().setService("s" + i).build(), List.of(instance("a", 1)));
        }
        assertThat(lists.instances(WEB, List.of(instance("a", 1))))
                .isEqualTo(first)
                .isNotSameAs(first);

        List<ByteString> many = IntStream.rangeClosed(0, ReadLists.LONGEST_KEPT)
                .mapToObj(i -> instance("i" + i, 1))
                .toList();
        assertThat(lists.instances(WEB, many))
                .isNotSameAs(lists.instances(WEB, many))
                .hasSize(many.size());
    }

    @Test
    void bytesThatAreNoInstanceAreRefused() {
        assertThatThrownBy(() -> lists.instances(WEB, List.of(ByteString.copyFromUtf8("no instance"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ByteString instance(String id, int weight) {
        return Instance.newBuilder()
                .setKey(InstanceKey.newBuilder()
                        .setNamespace("default")
                        .setService("web")
                        .setId(id))
                .setWeight(weight)
                .build()
                .toByteString();
    }
}
