using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Lambda;

/// <summary>Collects everything that is wrong with a function's settings, so that all of it is reported together.</summary>
/// <param name="messages">The messages so far.</param>
internal sealed class InitializationFailures(List<string> messages)
{
    private Exception? _unexpected;

    /// <summary>Gets the messages, for those who check settings.</summary>
    public List<string> Messages => messages;

    public bool IsEmpty => messages.Count == 0 && _unexpected is null;

    /// <summary>Adds the exception of one check. The other checks continue, so that their failures are reported as well.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(Exception exception)
    {
        switch (exception)
        {
            case OptionsValidationException invalid:
                foreach (string failure in invalid.Failures)
                {
                    AddMessage(failure);
                }

                break;
            case AggregateException aggregate:
                foreach (Exception inner in aggregate.InnerExceptions)
                {
                    Add(inner);
                }

                break;

            // Configuration reports a value that it cannot convert in this way; the message names the setting and its value.
            case InvalidOperationException { InnerException: not null }:
                AddMessage(exception.Message);
                break;
            default:
                _unexpected ??= exception;
                break;
        }
    }

    /// <summary>Creates the exception that reports the failures.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Exception ToException()
    {
        if (messages.Count == 0 && _unexpected is not null)
        {
            return _unexpected;
        }

        if (_unexpected is not null)
        {
            AddMessage($"{_unexpected.GetType().Name}: {_unexpected.Message}");
        }

        return new OptionsValidationException(nameof(InferenceFunction), typeof(InferenceFunctionOptions), messages);
    }

    // Several checks may fail because of the same setting.
    private void AddMessage(string message)
    {
        if (!messages.Contains(message))
        {
            messages.Add(message);
        }
    }
}
