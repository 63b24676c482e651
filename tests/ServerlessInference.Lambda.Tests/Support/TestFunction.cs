using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Tests.Events.S3;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests;

/// <summary>
/// Functions with the model <c>texts</c>, which returns the text and refuses <c>bad</c>, and with the model <c>other</c>.
/// </summary>
internal static class TestFunction
{
    public static Task<InMemoryFunction> StartAsync(
        Action<InferenceFunctionBuilder> map,
        FakeBucket? bucket = null,
        TimeProvider? time = null,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<Answer>>? answer = null) => InMemoryFunction.StartAsync(
            builder =>
            {
                builder.LogOutput = () => Stream.Null;
                if (bucket is not null)
                {
                    builder.Services.AddSingleton(bucket.Client);
                }

                builder.AddFakeModel("texts", answer ?? Answer);
                builder.AddFakeModel("other", (_, _) => ValueTask.FromResult(new Answer("other")));
                map(builder);
            },
            time,
            cancellationToken: TestContext.Current.CancellationToken);

    private static ValueTask<Answer> Answer(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        string text = Encoding.UTF8.GetString(input.Span);
        return text == "bad" ? throw new InvalidInputException("Bad text.") : ValueTask.FromResult(new Answer(text, input.Length));
    }
}
