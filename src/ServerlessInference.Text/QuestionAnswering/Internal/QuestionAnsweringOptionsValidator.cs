using Microsoft.Extensions.Options;

namespace ServerlessInference.Text.QuestionAnswering;

[OptionsValidator]
internal sealed partial class QuestionAnsweringOptionsValidator : IValidateOptions<QuestionAnsweringOptions>;
