using Microsoft.Extensions.Options;

namespace ServerlessInference.Text.QuestionAnswering.Internal;

[OptionsValidator]
internal sealed partial class QuestionAnsweringOptionsValidator : IValidateOptions<QuestionAnsweringOptions>;
