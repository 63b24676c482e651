using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Text.Tokenization;

namespace ServerlessInference.Text.Internal;

/// <summary>Turns texts or pairs into a model's input tensors, a row each, padded to the longest. Thread-safe.</summary>
/// <param name="read">Takes the texts out of an input.</param>
/// <param name="make">Makes an input of texts, to warm up with.</param>
/// <param name="maxLength">The option's length in tokens; null takes the model's.</param>
/// <param name="truncate">Whether a longer text is cut; else it is refused.</param>
internal sealed class TextPreprocessor<TInput>(Func<TInput, TextPair> read, Func<TextPair, TInput> make, Func<LoadedModel, int?> maxLength, bool truncate)
    : IPreprocessor<TInput>
{
    public void PrepareFiles(ModelArtifact artifact) => TextModel.TokenizerOf(artifact);

    public void Prepare(LoadedModel model) => TextModel.Of(model);

    public bool TryCreateWarmupInput(LoadedModel model, out TInput input)
    {
        input = make(new TextPair("Warm up."));
        return true;
    }

    public long GetSize(TInput input)
    {
        TextPair pair = read(input);
        return (pair.First?.Length ?? 0L) + (pair.Second?.Length ?? 0L);
    }

    public ValueTask PreprocessAsync(ReadOnlyMemory<TInput> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        TextModel model = TextModel.Of(batch.Model);
        int longest = Math.Min(maxLength(batch.Model) ?? model.MaxLength, model.MaxLength);
        var options = new EncodeOptions { MaxLength = truncate ? longest : null };
        TokenBatch tokens = batch.State(static () => new TextBatch()).Tokens;
        tokens.Clear();
        for (int i = 0; i < inputs.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TokenEncoding encoding = tokens.Next();
            encoding.Reset(0);
            TextPair pair = read(inputs.Span[i]);
            if (pair.First is null)
            {
                batch.Fail(i, new InvalidInputException(InvalidInputKind.Unprocessable, "The text is missing (null)."));
                continue;
            }

            if (pair.Second is null)
            {
                model.Tokenizer.Encode(pair.First, encoding, options);
            }
            else
            {
                model.Tokenizer.EncodePair(pair.First, pair.Second, encoding, options);
            }

            if (encoding.Count > longest)
            {
                batch.Fail(i, new InvalidInputException(
                    InvalidInputKind.Unprocessable,
                    $"The text has {encoding.Count} tokens; the model takes {longest}. Shorten it, or let longer texts be cut (Truncate)."));
                encoding.Reset(0);
            }
        }

        int length = model.Inputs.FixedLength ?? Math.Max(1, tokens.LongestLength);
        model.Inputs.Fill(batch, tokens, batch.Rows, length, model.Tokenizer.PadTokenId);
        return ValueTask.CompletedTask;
    }
}
